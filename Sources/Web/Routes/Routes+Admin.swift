import Core
import Hummingbird
import SQL

/// What administrators of the installation may ask for, under `/api/admin`.
struct AdminRoutes {
    let app: Darkroom

    func add(to admin: APIRoutes<AdminContext>) {
        let (database, time) = (app.platform.database, app.platform.time)
        admin.get("/audit-log", use: ListAuditLog(database: database).handle)

        admin.get("/reconciliation", use: ShowReconciliation(read: app.reconcile, time: time).handle)

        let edit = EditOffers(database: database, time: time)
        let packs = AdminPacks(edit: edit, database: database)
        admin.get("/packs", use: packs.list)
        admin.get("/packs/:name", use: packs.show)
        admin.put("/packs/:name", use: packs.put)
        let plans = AdminPlans(edit: edit, database: database)
        admin.get("/plans", use: plans.list)
        admin.get("/plans/:name", use: plans.show)
        admin.put("/plans/:name", use: plans.put)

        let prices = ShowPrices(database: database)
        admin.get("/prices", use: prices.list)
        admin.get("/prices/:version", use: prices.show)

        let drafts = PriceDrafts(database: database, catalog: app.catalog, time: time)
        let draft = ChangePriceDraft(drafts: drafts, database: database)
        let publish = PublishPrices(drafts: drafts, preview: app.jobs.previewPrices, database: database)
        admin.get("/price-drafts", use: draft.list)
        admin.post("/price-drafts", use: draft.create)
        admin.get("/price-drafts/:id", use: draft.show)
        admin.patch("/price-drafts/:id", use: draft.edit)
        admin.delete("/price-drafts/:id", use: draft.delete)
        admin.post("/price-drafts/:id/preview", use: publish.preview)
        admin.post("/price-drafts/:id/publish", use: publish.publish)
    }
}

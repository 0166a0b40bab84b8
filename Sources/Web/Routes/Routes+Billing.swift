import Core
import Hummingbird
import SQL

/// What an account buys, under `/api/billing`. Without Stripe nothing can be bought. The packs and plans are in
/// `Routes.swift`, since they need no account.
struct BillingRoutes {
    let app: Darkroom
    /// The apps that a pay page may lead back to.
    let appOrigins: AppOrigins

    func add(to api: APIRoutes<AccountContext>) {
        let (database, billing) = (app.platform.database, app.billing)
        let addresses = ReturnAddresses(publicURL: app.platform.publicURL, apps: appOrigins)
        let checkout = CreateCheckout(start: billing.map { StartCheckout($0, addresses: addresses) })
        let portal = CreatePortal(open: billing.map { OpenPortal($0, addresses: addresses) })
        api.post("/billing/checkout", use: checkout.handle)
        api.get("/billing/checkout/:id", use: ShowCheckout(read: billing.map { ReadCheckout($0) }).handle)
        api.post("/billing/portal", use: portal.handle)
        api.get("/billing/subscription", use: ShowSubscription(database: database, time: app.platform.time).handle)
        api.get("/billing/purchases", use: ListPurchases(database: database).handle)
    }
}

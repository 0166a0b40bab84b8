import Core
import Hummingbird
import SQL

/// What an account buys, under `/api/billing`. Without Stripe the packs and plans can be read, and nothing can be
/// bought.
struct BillingRoutes {
    let app: Darkroom
    /// The apps that a pay page may lead back to.
    let appOrigins: AppOrigins

    func add(to api: APIRoutes<AccountContext>) {
        let (database, billing) = (app.platform.database, app.billing)
        let addresses = ReturnAddresses(publicURL: app.platform.publicURL, apps: appOrigins)
        let checkout = CreateCheckout(start: billing.map { StartCheckout($0, addresses: addresses) })
        let portal = CreatePortal(open: billing.map { OpenPortal($0, addresses: addresses) })
        api.get("/billing/packs", use: ShowOffers(database: database).handle)
        api.post("/billing/checkout", use: checkout.handle)
        api.get("/billing/checkout/:id", use: ShowCheckout(read: billing.map { ReadCheckout($0) }).handle)
        api.post("/billing/portal", use: portal.handle)
        api.get("/billing/subscription", use: ShowSubscription(database: database).handle)
        api.get("/billing/purchases", use: ListPurchases(database: database).handle)
    }
}

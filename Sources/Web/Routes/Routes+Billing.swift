package import Core
package import Hummingbird
package import SQL

/// What an account buys, under `/api/billing`. Where Stripe is not set up the catalog can be read, and nothing be bought.
package struct BillingRoutes: Sendable {
    private let billing: Billing?
    private let addresses: ReturnAddresses
    private let database: Database

    package init(billing: Billing?, addresses: ReturnAddresses, database: Database) {
        self.billing = billing
        self.addresses = addresses
        self.database = database
    }

    package func addRoutes(to api: RouterGroup<AccountContext>) {
        let checkout = CreateCheckout(start: billing.map { StartCheckout($0, addresses: addresses) })
        api.get("/billing/packs", use: ShowOffers(database: database).handle)
        api.post("/billing/checkout", use: checkout.handle)
        api.get("/billing/checkout/:id", use: ShowCheckout(read: billing.map { ReadCheckout($0) }).handle)
        api.post("/billing/portal", use: CreatePortal(open: billing.map { OpenPortal($0, addresses: addresses) }).handle)
        api.get("/billing/subscription", use: ShowSubscription(database: database).handle)
        api.get("/billing/purchases", use: ListPurchases(database: database).handle)
    }
}

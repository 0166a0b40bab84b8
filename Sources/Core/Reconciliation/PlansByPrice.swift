import SQL

/// Which plans Stripe's prices belong to. Unlike `Billing.plan(ofPrice:)` it stores nothing in the database: reading
/// the reconciliation and a dry run write nothing. Each price is looked up once, even if it is not one of this
/// installation's.
struct PlansByPrice {
    private let billing: Billing
    private var known: [String: Plan?] = [:]

    init(_ billing: Billing) {
        self.billing = billing
    }

    /// The plans of an invoice's lines.
    mutating func callAsFunction(_ lines: [StripeInvoice.Line]) async throws -> [String: Plan] {
        var plans: [String: Plan] = [:]
        for price in Set(lines.map(\.price)) {
            if known[price] == nil { known[price] = .some(try await plan(of: price)) }
            if let plan = known[price] ?? nil { plans[price] = plan }
        }
        return plans
    }

    private func plan(of price: String) async throws -> Plan? {
        let environment = billing.stripe.environment
        var item = try await billing.database.read { try $0.billing.item(ofPrice: price, in: environment) }
        if item == nil { item = try await billing.namedItem(ofPrice: price)?.item }
        guard let name = item?.plan else { return nil }
        return try await billing.database.read { try $0.billing.plan(name) }
    }
}

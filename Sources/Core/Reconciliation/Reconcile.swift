package import SQL

/// Reads the reconciliation. It writes nothing, and no writer waits for it.
package struct Reconcile: Sendable {
    /// How long a webhook may take before the payment that it reports counts as missing.
    static let settlingTime = Duration.seconds(3600)

    private let database: Database
    private let billing: Billing?
    /// The Stripe environment whose payments are compared with the events; nil for those of every Stripe there has
    /// been.
    private let environment: StripeEnvironment?
    private let time: Time

    package init(database: Database, billing: Billing?, time: Time) {
        self.database = database
        self.billing = billing
        environment = billing?.stripe.environment
        self.time = time
    }

    /// For callers that do not query Stripe.
    package init(database: Database, environment: StripeEnvironment?, time: Time) {
        self.database = database
        billing = nil
        self.environment = environment
        self.time = time
    }

    /// What the database says, as one instant sees it, and if `withStripe` is set, what Stripe lists, for comparison.
    ///
    /// - Parameter limit: How many mismatches of each section are listed.
    /// - Throws: `BillingError.off` if Stripe is requested and not set up; `StripeError` if it does not respond.
    package func callAsFunction(
        _ period: ReconciliationPeriod, withStripe: Bool = false, limit: Int = 20
    ) async throws -> Reconciliation {
        let now = time.now()
        let settled = now - Reconcile.settlingTime
        // First, so that everything that is booked meanwhile is in the database when it is compared.
        let listing = withStripe ? try await payments(period) : nil
        let read = try await database.read { [environment] transaction in
            (
                sections: try transaction.reconciliation.auditedSections(limit: limit)
                    + [
                        try transaction.reconciliation.paymentsSection(
                            period, in: environment, settled: settled, limit: limit),
                        try transaction.reconciliation.plansSection(
                            period, in: environment, settled: settled, limit: limit),
                    ],
                margin: try transaction.reconciliation.margin(period),
                bookings: try listing.map { try transaction.reconciliation.bookings($0, period) }
            )
        }
        var sections = read.sections
        if let listing, let bookings = read.bookings, let billing {
            sections.append(try await billing.section(listing, bookings, settled: settled, limit: limit))
            sections.append(try await billing.returns(in: period, settled: settled).section(limit: limit))
        }
        return Reconciliation(at: now, period: period, sections: sections, margin: read.margin)
    }

    private func payments(_ period: ReconciliationPeriod) async throws -> StripePayments {
        guard let billing else { throw BillingError.off }
        return try await billing.payments(in: period)
    }
}

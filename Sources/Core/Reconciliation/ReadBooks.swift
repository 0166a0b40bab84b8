package import SQL

/// Reads the books. It writes nothing, and no writer waits for it.
package struct ReadBooks: Sendable {
    /// A webhook may take as long before what it tells of counts as missing.
    static let patience = Duration.seconds(3600)

    private let database: Database
    private let billing: Billing?
    /// Whose payments are compared with the events; nothing for those of every Stripe that there was.
    private let environment: StripeEnvironment?
    private let time: Time

    package init(database: Database, billing: Billing?, time: Time) {
        self.database = database
        self.billing = billing
        environment = billing?.stripe.environment
        self.time = time
    }

    /// For who does not ask Stripe.
    package init(database: Database, environment: StripeEnvironment?, time: Time) {
        self.database = database
        billing = nil
        self.environment = environment
        self.time = time
    }

    /// What the database says, as one instant sees it, and where `withStripe` is set what Stripe lists beside it.
    ///
    /// - Parameter limit: Mismatches that are listed of each section.
    /// - Throws: `BillingError.off` where Stripe is asked for and is not set up; `StripeError` where it does not answer.
    package func callAsFunction(_ period: BooksPeriod, withStripe: Bool = false, limit: Int = 20) async throws -> Books {
        let now = time.now()
        let settled = now - ReadBooks.patience
        // First, so that whatever is booked meanwhile is in the database when it is compared.
        let listing = withStripe ? try await payments(period) : nil
        let read = try await database.read { [environment] transaction in
            (
                sections: try transaction.auditedSections(limit: limit)
                    + [try transaction.paymentsSection(period, in: environment, settled: settled, limit: limit)],
                margin: try transaction.margin(period), bookings: try listing.map { try transaction.bookings($0, period) }
            )
        }
        var sections = read.sections
        if let listing, let bookings = read.bookings, let billing {
            sections.append(try await billing.section(listing, bookings, settled: settled, limit: limit))
            sections.append(try await billing.returns(in: period, settled: settled).section(limit: limit))
        }
        return Books(at: now, period: period, sections: sections, margin: read.margin)
    }

    private func payments(_ period: BooksPeriod) async throws -> StripePayments {
        guard let billing else { throw BillingError.off }
        return try await billing.payments(in: period)
    }
}

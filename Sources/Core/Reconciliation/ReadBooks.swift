package import SQL

/// Reads the reconciliation. It writes nothing, and no writer waits for it.
package struct ReadBooks: Sendable {
    /// How long a webhook may take before the payment that it reports counts as missing.
    static let patience = Duration.seconds(3600)

    private let database: Database
    private let billing: Billing?
    /// The Stripe environment whose payments are compared with the events; nil for those of every Stripe there has
    /// been.
    private let realm: String?
    private let time: Time

    package init(database: Database, billing: Billing?, time: Time) {
        self.database = database
        self.billing = billing
        realm = billing?.stripe.realm
        self.time = time
    }

    /// For callers that do not query Stripe.
    package init(database: Database, realm: String?, time: Time) {
        self.database = database
        billing = nil
        self.realm = realm
        self.time = time
    }

    /// What the database says, as one instant sees it, and if `withStripe` is set, what Stripe lists, for comparison.
    ///
    /// - Parameter limit: How many mismatches of each section are listed.
    /// - Throws: `BillingError.off` if Stripe is requested and not set up; `StripeError` if it does not respond.
    package func callAsFunction(
        _ period: BooksPeriod, withStripe: Bool = false, limit: Int = 20
    ) async throws -> Books {
        let now = time.now()
        let settled = now - ReadBooks.patience
        // First, so that everything that is booked meanwhile is in the database when it is compared.
        let listing = withStripe ? try await payments(period) : nil
        let read = try await database.read { [realm] transaction in
            (
                sections: try transaction.auditedSections(limit: limit)
                    + [try transaction.paymentsSection(period, in: realm, settled: settled, limit: limit)],
                margin: try transaction.margin(period),
                bookings: try listing.map { try transaction.bookings($0, period) }
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

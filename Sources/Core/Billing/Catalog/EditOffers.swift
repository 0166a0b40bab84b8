package import SQL

package enum OfferError: Error, Sendable, Hashable {
    case notFound(String)
    case invalid(field: String, String)
    /// The plan that accounts fall to, and the limits of bought credits, cost nothing and bring nothing.
    case inUse
}

/// Changes packs and plans without a deploy. What was bought brings what it was bought for; who is subscribed pays the
/// old price until the plan is changed. Every change is recorded with who made it.
package struct EditOffers: Sendable {
    private let database: Database
    private let time: Time

    package init(database: Database, time: Time) {
        self.database = database
        self.time = time
    }

    /// - Parameter change: From what is there, or nil; without effects.
    package func pack(
        _ name: String, by administrator: ID<User>?, _ change: @escaping @Sendable (Pack?, Instant) throws -> Pack
    ) async throws -> Pack {
        try check(name: name)
        let now = time.now()
        return try await database.write(order: .alone) { transaction in
            let before = try transaction.billing.pack(name)
            let pack = try change(before, now)
            try check(pack.title)
            try check(pack.price)
            guard pack.credits > .zero, pack.credits <= .whole(10_000_000)
            else { throw invalid("credits", "'credits' must be a number above 0 and at most 10000000.") }
            try transaction.billing.put(pack)
            try transaction.auditLog.note(AuditLogEntry(
                "packs.put", of: "pack:\(name)", [
                    "credits": .decimal(pack.credits.decimal), "amount": .integer(pack.price.amount),
                    "currency": .string(pack.price.currency), "retired": .bool(pack.retiredAt != nil),
                ], by: administrator, at: now))
            return pack
        }
    }

    package func plan(
        _ name: String, by administrator: ID<User>?, _ change: @escaping @Sendable (Plan?) throws -> Plan
    ) async throws -> Plan {
        try check(name: name)
        let now = time.now()
        return try await database.write(order: .alone) { transaction in
            let plan = try change(transaction.billing.plan(name))
            try check(plan)
            try transaction.billing.put(plan)
            try transaction.auditLog.note(AuditLogEntry(
                "plans.put", of: "plan:\(name)", [
                    "monthlyCredits": .decimal(plan.monthlyCredits.decimal),
                    "amount": plan.price.map { .integer($0.amount) } ?? .null,
                    "concurrentJobs": .integer(Int64(plan.concurrentJobs)), "rollover": .integer(Int64(plan.rollover)),
                ], by: administrator, at: now))
            return plan
        }
    }

    private func check(_ plan: Plan) throws(OfferError) {
        try check(plan.title)
        if let price = plan.price { try check(price) }
        if plan.isOnlyLimits, plan.price != nil || plan.monthlyCredits > .zero { throw .inUse }
        guard plan.monthlyCredits >= .zero, plan.monthlyCredits <= .whole(10_000_000) else {
            throw invalid("monthlyCredits", "'monthlyCredits' must be a number from 0 to 10000000.")
        }
        for (field, value, range) in [
            ("concurrentJobs", plan.concurrentJobs, 1...100_000),
            ("jobsPerHour", plan.jobsPerHour ?? 1, 1...10_000_000),
            ("weight", plan.weight, 1...1000), ("rollover", plan.rollover, 0...36),
            ("headStartSeconds", Int(plan.headStart.components.seconds), 0...3600),
        ] where !range.contains(value) {
            throw invalid(field, "'\(field)' must be a number from \(range.lowerBound) to \(range.upperBound).")
        }
    }

    private func check(_ price: Money) throws(OfferError) {
        guard (1...99_999_999).contains(price.amount)
        else { throw invalid("amount", "'amount' must be from 1 to 99999999, in the currency's minor units.") }
        guard Money.isCurrency(price.currency)
        else { throw invalid("currency", "'currency' must be an ISO 4217 code, such as 'usd'.") }
        guard price.isChargeable else {
            throw invalid("amount", """
                'amount' must be a multiple of \(price.step) in \(price.currency), as Stripe charges no other: \
                \(price.amount) is \(price.number) \(price.currency.uppercased()).
                """)
        }
    }

    /// A title, as pages and Stripe show it.
    private func check(_ text: String) throws(OfferError) {
        // Characters as Unicode counts them: any number of accents makes one letter.
        guard (1...100).contains(text.unicodeScalars.count), text.isOneLine else {
            throw invalid("title", "'title' must have 1 to 100 characters on one line.")
        }
    }

    private func check(name: String) throws(OfferError) {
        guard Item.isName(name) else {
            throw invalid("name", "'name' must have 1 to 40 characters from a-z, 0-9, '-' and '_'.")
        }
    }

    private func invalid(_ field: String, _ message: String) -> OfferError { .invalid(field: field, message) }
}

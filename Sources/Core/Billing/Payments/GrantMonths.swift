import SQL

/// Grants the later months of what was paid for a longer time, such as a year, as each begins. A month is granted once,
/// whichever node does it and however often: what is granted of it is stored in the transaction that grants it.
package struct GrantMonths: Sendable {
    private let billing: Billing
    private let batch: Int

    package init(_ billing: Billing, batch: Int = 100) {
        self.billing = billing
        self.batch = batch
    }

    /// Returns how many months had begun. A failure with one account's months does not keep others from theirs, and is
    /// thrown at the end.
    @discardableResult
    package func runOnce() async throws -> Int {
        let (now, environment) = (billing.time.now(), billing.stripe.environment)
        var (begun, last, failure) = (0, DueMonth?.none, (any Error)?.none)
        while true {
            let page = try await billing.database.read { [last, batch] in
                try $0.billing.dueMonths(in: environment, after: last, limit: batch, now: now)
            }
            for account in Set(page.map(\.account)).sorted() {
                do { try await grant(account, in: environment, now: now) } catch { failure = error }
            }
            begun += page.count
            guard page.count == batch, let end = page.last else { break }
            last = end
        }
        if let failure { throw failure }
        return begun
    }

    private func grant(_ account: ID<Account>, in environment: StripeEnvironment, now: Instant) async throws {
        let policy = billing.rules.hold
        try await billing.database.write(of: account) {
            try $0.billing.grantDueMonths(of: account, in: environment, policy, now: now)
        }
    }
}

extension BillingStatements {
    /// Under the account's lock.
    fileprivate func grantDueMonths(
        of account: ID<Account>, in environment: StripeEnvironment, _ policy: HoldPolicy, now: Instant
    ) throws {
        let before = try planMonths(of: account, in: environment)
        var months = before
        for grant in months.due(at: now) {
            months[grant.place].granted += grant.credits
            try book(grant.credits, of: months[grant.place], policy, now: now)
        }
        for place in months.indices where months[place].isOpen && months[place].hasBegun(at: now) {
            months[place].isOpen = false
        }
        for (before, after) in zip(before, months) where before != after { try update(after) }
    }

    /// As a lot of its own; under the invoice's own key if that has brought nothing yet.
    private func book(_ credits: Credits, of month: PlanMonth, _ policy: HoldPolicy, now: Instant) throws {
        let expiresAt = month.expiry(now: now)
        if let known = try purchase(withKey: month.invoice) {
            try book(credits, of: known, expiresAt: expiresAt, policy, now: now)
        } else if let paid = try planInvoice(month.invoice) {
            try book(paid.bringing(credits, until: expiresAt), policy, now: now)
        }
    }
}

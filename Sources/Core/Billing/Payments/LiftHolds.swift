import SQL

/// Lets jobs go again of accounts that are held for a dispute, where the operator holds nobody any more.
package struct LiftHolds: Sendable {
    private let billing: Billing
    private let batch: Int

    package init(_ billing: Billing, batch: Int = 100) {
        self.billing = billing
        self.batch = batch
    }

    package func runOnce() async throws {
        let policy = billing.rules.hold
        guard policy == .never else { return }
        let now = billing.time.now()
        let held = try await billing.database.read { [batch] in
            try $0.query("SELECT id FROM accounts WHERE hold_reason = 'dispute' ORDER BY id LIMIT $1", batch).map {
                try $0.get("id", as: ID<Account>.self)
            }
        }
        for account in held {
            _ = try await billing.database.write(of: account) {
                try $0.billing.settleHold(of: account, policy, now: now)
            }
        }
    }
}

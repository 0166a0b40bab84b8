import SQL

/// Whether an account's new jobs wait while it owes credits of a payment that its bank took back.
package enum HoldPolicy: String, Sendable, CaseIterable {
    case dispute, never
}

extension BillingStatements {
    /// Holds the account's new jobs, or lets them go again, as its disputes and what it owes now ask for. An operator's
    /// own hold is left alone. The account's row is locked.
    func settleHold(of account: ID<Account>, _ policy: HoldPolicy, now: Instant) throws {
        guard let row = try queryOne("SELECT held_at, hold_reason FROM accounts WHERE id = $1", account)
        else { return }
        let isHeld = try row.get("held_at", as: Instant?.self) != nil
        let isOurs = try isHeld && row.get("hold_reason", as: String?.self) == "dispute"
        let isDue = try policy == .dispute && owesForDispute(account)
        if isDue, !isHeld {
            try execute("UPDATE accounts SET held_at = $2, hold_reason = 'dispute' WHERE id = $1", account, now)
        } else if !isDue, isOurs {
            try execute("UPDATE accounts SET held_at = NULL, hold_reason = NULL WHERE id = $1", account)
            try transaction.jobs.queueHeldJobs(of: account, now: now)
        }
    }
}

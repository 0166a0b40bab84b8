package import SQL

/// Lets the limits of subscriptions fall that were not paid within their grace. Their credits live on.
package struct EndGrace: Sendable {
    private let database: Database
    private let time: Time
    private let batch: Int

    package init(database: Database, time: Time, batch: Int = 100) {
        self.database = database
        self.time = time
        self.batch = batch
    }

    /// How many fell.
    @discardableResult
    package func runOnce() async throws -> Int {
        let now = time.now()
        let accounts = try await database.read { [batch] in
            try $0.billing.subscriptionsOutOfGrace(now: now, limit: batch)
        }
        for account in accounts {
            try await database.write(of: account) { transaction in
                // Read again: it may have been paid meanwhile.
                guard let subscription = try transaction.billing.subscription(of: account),
                    let until = subscription.graceUntil, until <= now
                else { return }
                try transaction.billing.setPlan(by: subscription, now: now)
                try transaction.billing.endGrace(of: account, now: now)
            }
        }
        return accounts.count
    }
}

package import SQL

/// Enables users again whose time is over. Once a minute is enough.
package struct EnableUsers: Sendable {
    private let database: Database
    private let time: Time
    private let batch: Int

    package init(database: Database, time: Time, batch: Int = 1000) {
        self.database = database
        self.time = time
        self.batch = batch
    }

    /// Returns how many were enabled, a batch at most: the rest is enabled the next time.
    @discardableResult
    package func runOnce() async throws -> Int {
        let now = time.now()
        return try await database.write(order: .alone) { [batch] transaction in
            try transaction.accounts.enableUsers(disabledUntil: now, limit: batch)
        }
    }
}

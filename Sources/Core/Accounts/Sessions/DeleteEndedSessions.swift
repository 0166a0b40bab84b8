package import SQL

/// Removes sessions that can no longer be refreshed, counts whose window has passed, and networks that nobody signed in
/// from for long. Once an hour is enough.
package struct DeleteEndedSessions: Sendable {
    private let database: Database
    private let time: Time
    private let batch: Int

    package init(database: Database, time: Time, batch: Int = 1000) {
        self.database = database
        self.time = time
        self.batch = batch
    }

    /// Returns how many rows were removed. A batch at most of each: the rest is removed the next time.
    @discardableResult
    package func runOnce() async throws -> Int {
        let now = time.now()
        return try await database.write(order: .alone) { [batch] transaction in
            let sessions = try transaction.accounts.deleteSessions(
                refreshedBefore: now - Session.idleLimit, limit: batch)
            let throttles = try transaction.accounts.deleteThrottles(endedBefore: now, limit: batch)
            let networks = try transaction.accounts.deleteKnownNetworks(
                usedBefore: now - KnownNetworks.lifetime, limit: batch)
            return sessions + throttles + networks
        }
    }
}

package import SQL

/// Removes sessions that nobody can refresh any more, and counts whose window has passed. Once an hour is enough.
package struct DeleteEndedSessions: Sendable {
    private let database: Database
    private let time: Time
    private let batch: Int

    package init(database: Database, time: Time, batch: Int = 1000) {
        self.database = database
        self.time = time
        self.batch = batch
    }

    /// How many rows went. A batch at most of each: the rest goes the next time.
    @discardableResult
    package func runOnce() async throws -> Int {
        let now = time.now()
        return try await database.write(order: .alone) { [batch] transaction in
            let sessions = try transaction.deleteSessions(refreshedBefore: now - Session.idleLimit, limit: batch)
            let throttles = try transaction.deleteThrottles(endedBefore: now, limit: batch)
            return sessions + throttles
        }
    }
}

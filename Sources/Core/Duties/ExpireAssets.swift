package import SQL

/// Deletes assets whose time has passed: outputs, and uploads that no job used. Their bytes follow by `DeleteFiles`.
package struct ExpireAssets: Sendable {
    private let database: Database
    private let time: Time
    private let batch: Int

    package init(database: Database, time: Time, batch: Int = 100) {
        self.database = database
        self.time = time
        self.batch = batch
    }

    /// How many were deleted; as many as the batch means that there may be more.
    @discardableResult
    package func runOnce() async throws -> Int {
        let now = time.now()
        return try await database.write { [batch] transaction in
            try transaction.expiredAssets(batch, now: now).count { try transaction.deleteAsset($0, now: now) }
        }
    }
}

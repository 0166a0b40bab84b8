package import SQL

/// Deletes what has been in the trash for its time. The bytes follow by `DeleteFiles`.
package struct EmptyTrash: Sendable {
    private let database: Database
    private let lifetime: Duration
    private let time: Time
    private let batch: Int
    /// Of batches in a run.
    private static let limit = 50

    package init(database: Database, lifetime: Duration, time: Time, batch: Int = 1000) {
        self.database = database
        self.lifetime = lifetime
        self.time = time
        self.batch = batch
    }

    /// Returns how many were deleted.
    @discardableResult
    package func runOnce() async throws -> Int {
        let (now, until) = (time.now(), time.now() - lifetime)
        var deleted = 0
        for _ in 0..<Self.limit {
            let due = try await database.read { [batch] in try $0.files.trashed(until: until, limit: batch) }
            var gone = 0
            for (account, ids) in due.sorted(by: { $0.key < $1.key }) {
                gone += try await empty(ids, of: account, until: until, now)
            }
            deleted += gone
            // If none of a batch can go, the next one would be the same.
            guard gone > 0, due.values.reduce(0, { $0 + $1.count }) == batch else { break }
        }
        return deleted
    }

    /// What has been restored since, or put into the trash again, stays. So does what a job needs: a node of an older
    /// version, which knows no trash, may have admitted one.
    private func empty(
        _ ids: [ID<Asset>], of account: ID<Account>, until: Instant, _ now: Instant
    ) async throws -> Int {
        try await database.write(of: account) { transaction in
            let inUse = try transaction.files.inUse(ids)
            let assets = try transaction.files.lockAssets(ids, of: account).filter { asset in
                asset.trashedAt.map { $0 <= until } == true && !inUse.contains(asset.id)
            }
            try transaction.files.deleteAssets(assets, of: account, now: now)
            return assets.count
        }
    }
}

package import SQL

/// Deletes assets whose time has passed: outputs, and uploads that no job used. Their bytes follow by `DeleteFiles`.
/// What a job was made from stays with it; what is still needed is looked at again the next day.
package struct ExpireAssets: Sendable {
    private let database: Database
    private let time: Time
    private let batch: Int

    package init(database: Database, time: Time, batch: Int = 100) {
        self.database = database
        self.time = time
        self.batch = batch
    }

    /// How many were deleted; fewer than the batch does not mean that all are.
    @discardableResult
    package func runOnce() async throws -> Int {
        let now = time.now()
        return try await database.write { [batch] transaction in
            try transaction.expiredAssets(batch, now: now).count { try expire($0, transaction, now) }
        }
    }

    private func expire(_ asset: Asset, _ transaction: Transaction, _ now: Instant) throws -> Bool {
        if try asset.kind == .upload && transaction.isInput(asset.id) {
            try transaction.setExpiry(of: asset.id, to: nil)
            return false
        }
        if try transaction.isAvatar(asset) || transaction.unendedJob(using: asset.id) != nil {
            try transaction.setExpiry(of: asset.id, to: now + .seconds(86_400))
            return false
        }
        return try transaction.deleteAsset(asset, now: now)
    }
}

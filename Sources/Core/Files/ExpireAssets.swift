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

    /// Returns how many were deleted; fewer than the batch does not mean that all are.
    @discardableResult
    package func runOnce() async throws -> Int {
        let now = time.now()
        let expired = try await database.read { [batch] in try $0.files.expiredAssets(batch, now: now) }
        var deleted = 0
        for asset in expired where try await expire(asset, now) { deleted += 1 }
        return deleted
    }

    /// In a transaction of its account's, since deleting it changes the size of the account's files.
    private func expire(_ asset: Asset, _ now: Instant) async throws -> Bool {
        try await database.write(of: asset.account) { transaction in
            guard let current = try transaction.files.lockAsset(asset.id, of: asset.account),
                let expiresAt = current.expiresAt, expiresAt <= now
            else { return false }
            return try expire(current, transaction, now)
        }
    }

    private func expire(_ asset: Asset, _ transaction: Transaction, _ now: Instant) throws -> Bool {
        if try asset.kind == .upload && transaction.files.isInput(asset.id) {
            try transaction.files.setExpiry(of: asset.id, to: nil)
            return false
        }
        if try transaction.files.isAvatar(asset) || transaction.files.unendedJob(using: asset.id) != nil {
            try transaction.files.setExpiry(of: asset.id, to: now + .seconds(86_400))
            return false
        }
        return try transaction.files.deleteAsset(asset, now: now)
    }
}

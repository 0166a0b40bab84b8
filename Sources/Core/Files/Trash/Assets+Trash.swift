import SQL

/// A file in the trash counts as before, is found by its id, and can be restored or deleted; nothing else. No list has
/// it, and no job takes it as its input.
///
/// Links that were given away before end with each of the two: only links that the account gets afterwards open the
/// file. So a file in the trash is open for its owner alone.
extension Assets {
    /// Has no effect if it is in the trash already.
    package func trash(_ id: ID<Asset>, of account: ID<Account>) async throws {
        let now = time.now()
        try await database.write(of: account) { transaction in
            guard let asset = try transaction.files.lockAsset(id, of: account) else { throw AssetError.notFound }
            guard asset.trashedAt == nil else { return }
            if let job = try transaction.files.unendedJob(using: id) { throw AssetError.inUse(by: job) }
            try transaction.files.setTrashed([id: now])
        }
    }

    /// Has no effect if it is not in the trash.
    package func restore(_ id: ID<Asset>, of account: ID<Account>) async throws -> Asset {
        try await database.write(of: account) { transaction in
            guard let asset = try transaction.files.lockAsset(id, of: account) else { throw AssetError.notFound }
            guard asset.trashedAt != nil else { return asset }
            try transaction.files.setTrashed([id: nil])
            guard let restored = try transaction.files.asset(id, of: account) else { throw AssetError.notFound }
            return restored
        }
    }
}

package import Logging
package import SQL

/// What an account can do with its stored files besides adding one. Somebody else's file is not found.
package struct Assets: Sendable {
    let database: Database
    private let store: any FileStore
    let time: Time
    private let logger: Logger

    package init(database: Database, store: any FileStore, time: Time, logger: Logger) {
        self.database = database
        self.store = store
        self.time = time
        self.logger = logger
    }

    package func find(_ id: ID<Asset>, of account: ID<Account>) async throws -> Asset {
        guard let asset = try await database.read({ try $0.files.asset(id, of: account) }) else {
            throw AssetError.notFound
        }
        return asset
    }

    /// Newest first.
    package func list(
        of account: ID<Account>, _ filter: AssetFilter = AssetFilter(), after cursor: ID<Asset>? = nil, limit: Int
    ) async throws -> AssetPage {
        try await database.read { try $0.files.page(of: account, filter, after: cursor, limit: limit) }
    }

    package func edit(_ id: ID<Asset>, of account: ID<Account>, _ edit: AssetEdit) async throws -> Asset {
        let now = time.now()
        return try await database.write(of: account) { transaction in
            guard var asset = try transaction.files.lockAsset(id, of: account) else { throw AssetError.notFound }
            if asset.trashedAt != nil { throw AssetError.inTrash }
            try edit.apply(to: &asset, now: now)
            try transaction.files.updateAsset(asset)
            return asset
        }
    }

    /// The row is deleted and its bytes are registered for removal together; then the bytes are removed, if they can
    /// be.
    package func delete(_ id: ID<Asset>, of account: ID<Account>) async throws {
        let now = time.now()
        let asset = try await database.write(of: account) { transaction in
            guard let asset = try transaction.files.lockAsset(id, of: account) else { throw AssetError.notFound }
            if let job = try transaction.files.unendedJob(using: id) { throw AssetError.inUse(by: job) }
            try transaction.files.deleteAsset(asset, now: now)
            return asset
        }
        do {
            try await RemoveFile(database: database, store: store)(asset.key)
            try await RemoveThumbnails(database: database, store: store)(of: asset, deletedAt: now)
        } catch {
            logger.warning(
                "file of a deleted asset not removed yet; it is removed later",
                metadata: ["key": "\(asset.key)", "error": "\(error)"])
        }
    }
}

/// A change to what people may change; nil means as before.
package struct AssetEdit: Sendable, Hashable {
    package var name: String?
    package var tags: [String]?
    package var favorite: Bool?

    package init(name: String? = nil, tags: [String]? = nil, favorite: Bool? = nil) {
        self.name = name
        self.tags = tags
        self.favorite = favorite
    }

    package func apply(to asset: inout Asset, now: Instant) throws(AssetError) {
        if let name { asset.name = try AssetName.checking(name) }
        if let tags { asset.tags = try AssetName.checking(tags: tags) }
        if let favorite { asset.favoriteAt = favorite ? asset.favoriteAt ?? now : nil }
    }
}

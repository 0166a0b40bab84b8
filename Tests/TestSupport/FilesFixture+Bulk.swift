package import Core
package import SQL

extension FilesFixture {
    /// - Parameters:
    ///   - batch: Assets of a batch.
    ///   - database: As another node has it.
    package func runBulkTasks(batch: Int = 1000, on database: Database? = nil) -> RunBulkTasks {
        RunBulkTasks(database: database ?? self.database, time: time, logger: logger, batch: batch)
    }

    package func bulk(batch: Int = 1000, on database: Database? = nil) -> BulkTasks {
        BulkTasks(
            database: database ?? self.database, run: runBulkTasks(batch: batch, on: database),
            lifetime: FileRules().trashLifetime, time: time, logger: logger)
    }

    /// Rows of uploads without files, a second apart, the oldest first.
    package func rows(_ count: Int, for actor: Actor) async throws -> [Asset] {
        let assets = (0..<count).map { number in
            let at = clock.now + .seconds(number)
            let id = ID<Asset>.make(at: at)
            return Asset(
                id: id, account: actor.account, createdBy: actor.user, key: .upload(id, of: actor.account, .png),
                name: "\(number).png", type: .png, size: 10, sha256: "", dimensions: nil, createdAt: at,
                expiresAt: nil)
        }
        try await database.write(order: .alone) { transaction in
            for asset in assets { try transaction.files.insertAsset(asset) }
        }
        clock.now = clock.now + .seconds(count)
        return assets
    }

    /// An upload of these very bytes, whatever they are.
    package func stored(_ bytes: [UInt8], name: String = "a.png", for actor: Actor) async throws -> Asset {
        let now = clock.now
        let id = ID<Asset>.make(at: now)
        let key = StorageKey.upload(id, of: actor.account, .png)
        let file = try await store.receive(Parts(bytes, of: 1 << 16), limit: 1 << 30)
        try await store.publish(file, as: key)
        let asset = Asset(
            id: id, account: actor.account, createdBy: actor.user, key: key, name: name, type: .png, size: bytes.count,
            sha256: file.sha256, dimensions: nil, createdAt: now, expiresAt: nil)
        try await database.write(order: .alone) { try $0.files.insertAsset(asset) }
        clock.now = now + .milliseconds(1)
        return asset
    }

    /// The assets of the account that are not deleted, the oldest first, wherever they are.
    package func all(of actor: Actor) async throws -> [Asset] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM assets WHERE account_id = $1 AND deleted_at IS NULL ORDER BY id", actor.account)
                .map { try Asset($0) }
        }
    }

    /// What is wrong with what follows from the rows of assets: the index of tags, and what the account has stored.
    package func contradictions(of actor: Actor) async throws -> [String] {
        let assets = try await all(of: actor)
        let (indexed, files, bytes) = try await database.read { transaction in
            let tags = try transaction.query(
                "SELECT asset_id, tag FROM asset_tags WHERE account_id = $1", actor.account)
                .map { "\(try $0.get("asset_id", as: String.self)) \(try $0.get("tag", as: String.self))" }
            let usage = try transaction.queryOne(
                "SELECT files, bytes FROM storage_usage WHERE account_id = $1", actor.account)
            return (
                tags.sorted(), try usage?.get("files", as: Int.self) ?? 0, try usage?.get("bytes", as: Int.self) ?? 0)
        }
        let tags = assets.flatMap { asset in asset.tags.map { "\(asset.id) \($0)" } }.sorted()
        var found: [String] = []
        if tags != indexed { found.append("asset_tags has \(indexed), but assets have \(tags)") }
        if files != assets.count { found.append("storage_usage has \(files) files, but there are \(assets.count)") }
        let size = assets.reduce(0) { $0 + $1.size }
        if bytes != size { found.append("storage_usage has \(bytes) bytes, but there are \(size)") }
        return found
    }
}

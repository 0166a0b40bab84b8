package import Logging
package import NIOCore
package import SQL

/// Takes in a file that somebody sends: to the store first, to the table when its bytes are durable.
package struct StoreUpload: Sendable {
    private let database: Database
    private let store: any FileStore
    private let rules: FileRules
    private let time: Time
    private let logger: Logger

    package init(database: Database, store: any FileStore, rules: FileRules, time: Time, logger: Logger) {
        self.database = database
        self.store = store
        self.rules = rules
        self.time = time
        self.logger = logger
    }

    /// - Parameter announced: How long the file is said to be, where it is said: what cannot fit is refused before it is sent.
    package func callAsFunction<Parts: AsyncSequence<ByteBuffer, any Error>>(
        _ parts: Parts, name: String?, announced: Int?, for actor: Actor
    ) async throws -> Asset {
        if let name { _ = try AssetName.checking(name) }
        try await checkBefore(announced, for: actor.account)
        let id = ID<Asset>.make(at: time.now())
        var found: FileCheck?
        let file: StoredFile
        do {
            file = try await store.store(parts, limit: Bucket.uploads.sizeLimit) { incoming in
                let check = try FileCheck(incoming, for: .uploads)
                found = check
                return try await writeDown(.upload(id, of: actor.account, check.type))
            }
        } catch FileStoreError.tooLarge(let limit) {
            throw AssetError.tooLarge(limit: limit)
        }
        guard let found else { preconditionFailure("a store asks what a file shall be called before it keeps it") }
        return try await insert(file, found, id: id, name: AssetName.checking(name, found.type), for: actor)
    }

    private func checkBefore(_ announced: Int?, for account: ID<Account>) async throws {
        if let announced, announced > Bucket.uploads.sizeLimit { throw AssetError.tooLarge(limit: Bucket.uploads.sizeLimit) }
        let now = time.now()
        try await database.read { transaction in
            try allow(announced ?? 1, used: transaction.storedBytes(of: account), account, transaction, now)
        }
    }

    /// From here on the file goes again by itself unless it gets its row.
    private func writeDown(_ key: StorageKey) async throws -> StorageKey {
        let dueAt = time.now() + .seconds(3600)
        guard try await database.write({ try $0.writeDownFile(key, dueAt: dueAt) }) else { throw AssetError.removedMeanwhile }
        return key
    }

    private func insert(_ file: StoredFile, _ check: FileCheck, id: ID<Asset>, name: String, for actor: Actor) async throws -> Asset {
        let now = time.now()
        let asset = Asset(
            id: id, account: actor.account, createdBy: actor.user, key: file.key, name: name, type: check.type, size: file.size,
            sha256: file.sha256, dimensions: check.dimensions, createdAt: now, expiresAt: now + rules.uploadLifetime)
        do {
            try await database.write(order: actor.account.rawValue) { transaction in
                try allow(file.size, used: transaction.lockStoredBytes(of: actor.account), actor.account, transaction, now)
                guard try transaction.isWrittenDown(file.key) else { throw AssetError.removedMeanwhile }
                try transaction.crossOutFile(file.key)
                try transaction.insertAsset(asset)
            }
        } catch let error as AssetError {
            await discard(file.key)
            throw error
        }
        return asset
    }

    private func allow(
        _ size: Int, used: Int, _ account: ID<Account>, _ transaction: Transaction, _ now: Instant
    ) throws {
        guard used + size <= rules.quota else { throw AssetError.quotaExceeded(used: used, limit: rules.quota) }
        let (count, first) = try transaction.uploads(of: account, since: now - .seconds(3600))
        guard count < rules.uploadsPerHour else {
            throw AssetError.tooManyUploads(limit: rules.uploadsPerHour, retryAfter: (first ?? now) + .seconds(3600) - now)
        }
    }

    /// At once where it can be; else the note from before brings `DeleteFiles` to it.
    private func discard(_ key: StorageKey) async {
        do { try await RemoveFile(database: database, store: store)(key) } catch {
            logger.warning("a refused upload stays for the hour", metadata: ["error": "\(error)"])
        }
    }
}

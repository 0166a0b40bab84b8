import Crypto
import Foundation
package import Logging
package import NIOCore
package import SQL

/// Takes in a file that somebody sends: to the store first, to the table when its bytes are durable.
package struct StoreUpload: Sendable {
    package enum Outcome: Sendable, Hashable {
        case stored(Asset)
        /// The same file came before under the same idempotency key; it was not stored again.
        case repeated(Asset)
    }

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

    /// - Parameters:
    ///   - announced: How long the file is said to be, where it is said: what cannot fit is refused before it is sent.
    ///   - idempotencyKey: The sender's own. Its answer is kept as the asset's id, since a link in it would expire.
    package func callAsFunction<Parts: AsyncSequence<ByteBuffer, any Error>>(
        _ parts: Parts, name: String?, announced: Int?, for actor: Actor, idempotencyKey: String? = nil
    ) async throws -> Outcome {
        if let name { _ = try AssetName.checking(name) }
        try await checkBefore(announced, for: actor.account, mayBeRepeat: idempotencyKey != nil)
        var upload = Upload(id: ID.make(at: time.now()), name: name, actor: actor, idempotencyKey: idempotencyKey)
        do {
            let file = try await store.store(parts, limit: Bucket.uploads.sizeLimit) { incoming in
                upload.check = try FileCheck(incoming, for: .uploads)
                upload.sha256 = incoming.sha256
                return try await writeDown(upload)
            }
            return try await insert(file, upload)
        } catch FileStoreError.tooLarge(let limit) {
            throw AssetError.tooLarge(limit: limit)
        } catch let repeated as Repeated {
            return .repeated(try await find(repeated.asset, of: actor.account))
        }
    }

    /// A repeat of what filled the quota must not be refused for it.
    private func checkBefore(_ announced: Int?, for account: ID<Account>, mayBeRepeat: Bool) async throws {
        if let announced, announced > Bucket.uploads.sizeLimit { throw AssetError.tooLarge(limit: Bucket.uploads.sizeLimit) }
        if mayBeRepeat { return }
        let now = time.now()
        try await database.read { transaction in
            try allow(announced ?? 1, used: transaction.storedBytes(of: account), account, transaction, now)
        }
    }

    /// From here on the file goes again by itself unless it gets its row.
    private func writeDown(_ upload: Upload) async throws -> StorageKey {
        guard let key = upload.key else { preconditionFailure("a file has a type before it has a name") }
        let now = time.now()
        let isWritten = try await database.write(of: upload.actor.account) { [upload] transaction in
            try refuseRepeat(upload, transaction, now)
            return try transaction.writeDownFile(key, dueAt: now + .seconds(3600))
        }
        guard isWritten else { throw AssetError.removedMeanwhile }
        return key
    }

    private func insert(_ file: StoredFile, _ upload: Upload) async throws -> Outcome {
        guard let check = upload.check else { preconditionFailure("a store asks what a file shall be called before it keeps it") }
        let (now, account) = (time.now(), upload.actor.account)
        let asset = Asset(
            id: upload.id, account: account, createdBy: upload.actor.user, key: file.key,
            name: try AssetName.checking(upload.name, check.type), type: check.type, size: file.size, sha256: file.sha256,
            dimensions: check.dimensions, createdAt: now, expiresAt: now + rules.uploadLifetime)
        do {
            try await database.write(of: account) { [upload] transaction in
                let used = try transaction.lockStoredBytes(of: account)
                try refuseRepeat(upload, transaction, now)
                try allow(file.size, used: used, account, transaction, now)
                guard try transaction.isWrittenDown(file.key) else { throw AssetError.removedMeanwhile }
                try transaction.crossOutFile(file.key)
                try transaction.insertAsset(asset)
                guard let idempotency = upload.idempotency else { return }
                try transaction.keepAnswer(KeptAnswer(status: 201, body: asset.id.rawValue), idempotency, of: account, now: now)
            }
        } catch where error is AssetError || error is Repeated {
            await discard(file.key)
            throw error
        }
        return .stored(asset)
    }

    private func refuseRepeat(_ upload: Upload, _ transaction: Transaction, _ now: Instant) throws {
        guard let idempotency = upload.idempotency,
            let kept = try transaction.keptAnswer(idempotency, of: upload.actor.account, now: now)
        else { return }
        throw Repeated(asset: ID(rawValue: kept.body))
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

    private func find(_ id: ID<Asset>, of account: ID<Account>) async throws -> Asset {
        guard let asset = try await database.read({ try $0.asset(id, of: account) }) else { throw AssetError.notFound }
        return asset
    }

    private struct Repeated: Error {
        let asset: ID<Asset>
    }

    /// One upload on its way: what is known of it grows while it arrives.
    private struct Upload: Sendable {
        let id: ID<Asset>
        let name: String?
        let actor: Actor
        let idempotencyKey: String?
        var check: FileCheck?
        var sha256 = ""

        var key: StorageKey? {
            check.map { .upload(id, of: actor.account, $0.type) }
        }

        /// The name is part of what was asked for.
        var idempotency: Idempotency? {
            idempotencyKey.map {
                Idempotency(route: "assets", key: $0, bodyHash: Hex.text(SHA256.hash(data: Data("\(sha256) \(name ?? "")".utf8))))
            }
        }
    }
}

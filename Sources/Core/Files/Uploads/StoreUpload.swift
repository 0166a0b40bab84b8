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
    private let prepare: PrepareFile
    private let rules: FileRules
    private let time: Time
    private let logger: Logger
    private let arriving = ArrivingUploads()

    /// Under which its idempotency keys are stored.
    private static let route = "assets"

    package init(
        database: Database, store: any FileStore, prepare: PrepareFile, rules: FileRules, time: Time, logger: Logger
    ) {
        self.database = database
        self.store = store
        self.prepare = prepare
        self.rules = rules
        self.time = time
        self.logger = logger
    }

    /// - Parameters:
    ///   - announced: How long the file is said to be, if it is said: what cannot fit is refused before it is sent.
    ///   - atMost: How long the whole request is said to be, if the file is only a part of it.
    ///   - idempotencyKey: The sender's own. Its response is stored as the asset's id, since a link in it would expire.
    package func callAsFunction<Parts: AsyncSequence<ByteBuffer, any Error>>(
        _ parts: Parts, name: String?, announced: Int?, atMost: Int? = nil, for actor: Actor,
        idempotencyKey: String? = nil
    ) async throws -> Outcome {
        let name = try name.map { text throws(AssetError) in try AssetName.received(text) }
        let limit = Bucket.uploads.sizeLimit
        if let announced, announced > limit { throw AssetError.tooLarge(limit: limit) }
        let request = Request(name: name, actor: actor, idempotencyKey: idempotencyKey)
        let arrival = try arriving.begin(actor.account, limit: rules.uploadsAtOnce)
        defer { withExtendedLifetime(arrival) {} }
        if let record = try await knownRecord(request) { return try await repeated(parts, record, request) }
        try await allow(arrival, announced, atMost: atMost.map { min($0, limit) }, actor.account)
        do {
            let picture = StructureWatcher<PictureEnd>()
            let counted = parts.map { part throws in
                try arrival.add(part.readableBytes)
                picture.take(part)
                return part
            }
            let file = try await store.receive(counted, limit: limit)
            let upload = try await publish(file, isWhole: picture.value.isReached, request)
            arrival.finish()
            try await insert(upload)
            return .stored(upload.asset)
        } catch FileStoreError.tooLarge(let limit) {
            throw AssetError.tooLarge(limit: limit)
        } catch let repeated as Repeated {
            return .repeated(try await find(repeated.asset, of: actor.account))
        }
    }

    private func knownRecord(_ request: Request) async throws -> Idempotency.Record? {
        guard let key = request.idempotencyKey else { return nil }
        let (account, now) = (request.actor.account, time.now())
        return try await database.read { try $0.idempotency.record(Self.route, key, of: account, now: now) }
    }

    /// A file whose key is known is compared with the first one and not stored. So no limit counts it: a repeat of what
    /// filled the quota must not be refused for it.
    private func repeated(
        _ parts: some AsyncSequence<ByteBuffer, any Error>, _ record: Idempotency.Record, _ request: Request
    ) async throws -> Outcome {
        let limit = Bucket.uploads.sizeLimit
        var (hash, size) = (SHA256(), 0)
        for try await part in parts {
            size += part.readableBytes
            guard size <= limit else { throw AssetError.tooLarge(limit: limit) }
            part.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        }
        guard request.idempotency(of: Hex.text(hash.finalize()))?.bodyHash == record.bodyHash else {
            throw IdempotencyError.keyReused
        }
        return .repeated(try await find(ID(rawValue: record.response.body), of: request.actor.account))
    }

    private func allow(
        _ arrival: ArrivingUpload, _ announced: Int?, atMost: Int?, _ account: ID<Account>
    ) async throws {
        let now = time.now()
        let stored = try await database.read { transaction in
            let (count, first) = try transaction.files.uploads(of: account, since: now - .seconds(3600))
            return ArrivingUpload.Stored(
                bytes: try transaction.files.storedBytes(of: account), uploads: count,
                retryAfter: (first ?? now) + .seconds(3600) - now)
        }
        try arrival.allow(stored, announced: announced, atMost: atMost, rules)
    }

    private func publish(_ file: IncomingFile, isWhole: Bool, _ request: Request) async throws -> Upload {
        // Cut off on its way, it would be a job's input that fails later.
        let prepared = try await prepare(file, isWhole: isWhole, for: .uploads, in: store)
        do {
            let upload = try Upload(
                prepared, received: file, request, lifetime: rules.uploadLifetime, now: time.now())
            try await register(upload)
            try await store.publish(prepared.file, as: upload.asset.key)
            return upload
        } catch {
            await store.discard(prepared.file)
            throw error
        }
    }

    /// From here on the file is removed by itself unless it gets its row.
    private func register(_ upload: Upload) async throws {
        let now = time.now()
        let isRegistered = try await database.write(of: upload.asset.account) { transaction in
            try refuseRepeat(upload, transaction, now)
            return try transaction.files.registerPendingFile(upload.asset.key, dueAt: now + .seconds(3600))
        }
        guard isRegistered else { throw AssetError.removedMeanwhile }
    }

    private func insert(_ upload: Upload) async throws {
        let (asset, now) = (upload.asset, time.now())
        do {
            try await database.write(of: asset.account) { transaction in
                let used = try transaction.files.lockStoredBytes(of: asset.account)
                try refuseRepeat(upload, transaction, now)
                try allow(asset.size, used: used, asset.account, transaction, now)
                guard try transaction.files.isRegistered(asset.key) else { throw AssetError.removedMeanwhile }
                try transaction.files.clearPendingFile(asset.key)
                try transaction.files.insertAsset(asset)
                guard let idempotency = upload.idempotency else { return }
                let response = StoredResponse(status: 201, body: asset.id.rawValue)
                try transaction.idempotency.storeResponse(response, idempotency, of: asset.account, now: now)
            }
        } catch where error is AssetError || error is Repeated {
            await remove(asset.key)
            throw error
        }
    }

    private func refuseRepeat(_ upload: Upload, _ transaction: Transaction, _ now: Instant) throws {
        guard let idempotency = upload.idempotency,
            let stored = try transaction.idempotency.storedResponse(idempotency, of: upload.asset.account, now: now)
        else { return }
        throw Repeated(asset: ID(rawValue: stored.body))
    }

    private func allow(
        _ size: Int, used: Int, _ account: ID<Account>, _ transaction: Transaction, _ now: Instant
    ) throws {
        guard used + size <= rules.quota else { throw AssetError.quotaExceeded(used: used, limit: rules.quota) }
        let (count, first) = try transaction.files.uploads(of: account, since: now - .seconds(3600))
        guard count < rules.uploadsPerHour else {
            let retryAfter = (first ?? now) + .seconds(3600) - now
            throw AssetError.tooManyUploads(limit: rules.uploadsPerHour, retryAfter: retryAfter)
        }
    }

    /// At once if that is possible; else `DeleteFiles` removes the file when its registration is due.
    private func remove(_ key: StorageKey) async {
        do { try await RemoveFile(database: database, store: store)(key) } catch {
            logger.warning(
                "rejected upload not removed yet; it is removed within an hour", metadata: ["error": "\(error)"])
        }
    }

    private func find(_ id: ID<Asset>, of account: ID<Account>) async throws -> Asset {
        guard let asset = try await database.read({ try $0.files.asset(id, of: account) }) else {
            throw AssetError.notFound
        }
        return asset
    }

    private struct Repeated: Error {
        let asset: ID<Asset>
    }

    /// What is known before the file has arrived.
    private struct Request: Sendable {
        let name: String?
        let actor: Actor
        let idempotencyKey: String?

        /// The name that the file gets is part of what was asked for. An earlier version took no name that it would not
        /// have stored unchanged, so its keys are recognized.
        func idempotency(of sha256: String) -> Idempotency? {
            idempotencyKey.map { key in
                let digest = SHA256.hash(data: Data("\(sha256) \(name ?? "")".utf8))
                return Idempotency(route: StoreUpload.route, key: key, bodyHash: Hex.text(digest))
            }
        }
    }

    /// A file that has arrived, as it will stand in the table.
    private struct Upload: Sendable {
        let asset: Asset
        let idempotency: Idempotency?

        /// - Parameter received: As it was sent. A repeat of it is the same upload, whatever is stored of it.
        init(
            _ prepared: PrepareFile.Prepared, received: IncomingFile, _ request: Request, lifetime: Duration,
            now: Instant
        ) throws(AssetError) {
            let (id, account) = (ID<Asset>.make(at: now), request.actor.account)
            let (file, type) = (prepared.file, prepared.type)
            let isConverted = FileType(head: received.head) != type
            let name = isConverted ? try request.name.map { name throws(AssetError) in
                try AssetName.checking(AssetName.converted(name, to: type))
            } : request.name
            asset = Asset(
                id: id, account: account, createdBy: request.actor.user, key: .upload(id, of: account, type),
                name: name ?? AssetName.plain(type), type: type, size: file.size, sha256: file.sha256,
                dimensions: prepared.dimensions, createdAt: now, expiresAt: now + lifetime)
            idempotency = request.idempotency(of: received.sha256)
        }
    }
}

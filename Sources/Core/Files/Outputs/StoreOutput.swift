import NIOCore
package import SQL

/// Copies what a provider made into our store while its link still lives. Its link is never the product.
package struct StoreOutput: Sendable {
    /// Looks at a whole picture. Throws `PictureError` if it is damaged.
    package typealias Inspect = @Sendable ([UInt8]) async throws -> InspectPicture.Findings

    /// Looks at a whole film. Returns nil if nothing can be said of it.
    package typealias Probe = @Sendable (StorageKey, FileType) async throws -> VideoInfo?

    private let fetcher: Fetcher
    private let database: Database
    private let store: any FileStore
    private let inspect: Inspect
    private let probe: Probe
    let rules: FileRules
    let time: Time

    package init(
        fetcher: Fetcher, database: Database, store: any FileStore, inspect: @escaping Inspect,
        probe: @escaping Probe, rules: FileRules, time: Time
    ) {
        self.fetcher = fetcher
        self.database = database
        self.store = store
        self.inspect = inspect
        self.probe = probe
        self.rules = rules
        self.time = time
    }

    /// A stored file without a row is removed after this long: long enough for any settlement to be tried again.
    static let unsettledLifetime = Duration.seconds(86_400)

    /// Can run any number of times: the same output has the same key, and one that has its row already is not fetched
    /// again.
    ///
    /// - Parameter trusting: The origins of the provider in use, which may be private.
    package func callAsFunction(
        _ index: Int, of job: ID<Job>, _ account: ID<Account>, from address: String, trusting: Set<Origin> = []
    ) async throws -> StoredOutput {
        if let asset = try await database.readInline({ try $0.files.output(index, of: job) }) {
            return StoredOutput(asset, index: index)
        }
        let limit = Bucket.outputs.sizeLimit
        let output = try await fetcher.fetch(address, limit: limit, trusting: trusting) { parts in
            try await receive(parts, index, job, account, limit)
        }
        guard output.type.isImage else { return try await probed(output) }
        try await look(at: output)
        return output
    }

    /// Without its size and duration if nobody can say them. What is proved to show nothing is no film, and another try
    /// would bring the same.
    private func probed(_ output: StoredOutput) async throws -> StoredOutput {
        guard let info = try await probe(output.key, output.type) else { return output }
        guard info.hasVideo else {
            throw AssetError.wrongType(
                found: "\(output.type.withArticle) without video", allowed: Bucket.outputs.types)
        }
        var output = output
        (output.dimensions, output.duration) = (info.dimensions, info.duration)
        return output
    }

    /// The header said what it is; whether it is whole, and shows anything, only decoding shows.
    private func look(at output: StoredOutput) async throws {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(output.size)
        for try await part in try await store.open(output.key, range: nil).bytes { bytes += part.readableBytesView }
        do {
            if try await inspect(bytes).isBlack { throw OutputRefusal.black }
        } catch is PictureError {
            throw AssetError.damaged(output.type)
        }
    }

    private func receive(
        _ parts: some AsyncSequence<ByteBuffer, any Error>, _ index: Int, _ job: ID<Job>, _ account: ID<Account>,
        _ limit: Int
    ) async throws -> StoredOutput {
        let (picture, video) = (StructureWatcher<PictureEnd>(), StructureWatcher<VideoEnd>())
        let watched = parts.map { part in
            picture.take(part)
            video.take(part)
            return part
        }
        let file = try await store.receive(watched, limit: limit)
        do {
            let check = try FileCheck(file, for: .outputs)
            // A download may stop early without saying so, and a decoder may not notice.
            let isWhole = check.type.isImage ? picture.value.isReached : video.value.isWhole
            guard isWhole else { throw AssetError.damaged(check.type) }
            let key = StorageKey.output(index, of: job, account, check.type)
            try await register(key, of: account)
            try await store.publish(file, as: key)
            return StoredOutput(
                index: index, key: key, type: check.type, size: file.size, sha256: file.sha256,
                dimensions: check.dimensions)
        } catch {
            await store.discard(file)
            throw error
        }
    }

    /// From here on the file is removed by itself unless it gets its row.
    private func register(_ key: StorageKey, of account: ID<Account>) async throws {
        let dueAt = time.now() + Self.unsettledLifetime
        guard try await database.write(of: account, { try $0.files.registerPendingFile(key, dueAt: dueAt) }) else {
            throw AssetError.removedMeanwhile
        }
    }
}

/// An output that is whole and yet not delivered.
package enum OutputRefusal: Error, Sendable, Hashable {
    case black
}

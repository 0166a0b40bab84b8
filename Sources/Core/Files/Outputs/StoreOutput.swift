import NIOCore
package import SQL

/// Copies what a provider made into our store while its link still lives. Its link is never the product.
package struct StoreOutput: Sendable {
    /// Looks at a whole film. Returns nil if nothing can be said of it.
    package typealias Probe = @Sendable (StorageKey, FileType) async throws -> VideoInfo?

    private let fetcher: Fetcher
    private let database: Database
    private let store: any FileStore
    private let prepare: PrepareFile
    private let probe: Probe
    private let marking: Marking?
    let rules: FileRules
    let time: Time

    /// How outputs are marked.
    package struct Marking: Sendable {
        let marks: MarkOutputs
        let film: MarkFilm

        package init(_ marks: MarkOutputs, film: MarkFilm) {
            self.marks = marks
            self.film = film
        }
    }

    /// - Parameter marking: Nil if outputs are stored as they come.
    package init(
        fetcher: Fetcher, database: Database, store: any FileStore, prepare: PrepareFile, probe: @escaping Probe,
        marking: Marking? = nil, rules: FileRules, time: Time
    ) {
        self.fetcher = fetcher
        self.database = database
        self.store = store
        self.prepare = prepare
        self.probe = probe
        self.marking = marking
        self.rules = rules
        self.time = time
    }

    /// A stored file without a row is removed after this long: long enough for any settlement to be tried again.
    static let unsettledLifetime = Duration.seconds(86_400)

    /// Can run any number of times: the same output has the same key, and one that has its row already is not fetched
    /// again.
    ///
    /// - Parameters:
    ///   - provider: Who made it; nil if that is not known.
    ///   - trusting: The origins of the provider in use, which may be private.
    package func callAsFunction(
        _ index: Int, of job: ID<Job>, _ account: ID<Account>, from address: String, by provider: ProviderName? = nil,
        trusting: Set<Origin> = []
    ) async throws -> StoredOutput {
        let (asset, origin) = try await database.readInline {
            (try $0.files.output(index, of: job), try $0.files.origin(index, of: job, by: provider))
        }
        if let asset { return StoredOutput(asset, index: index) }
        let mark: OutputMark? = if let origin { try await marking?.marks.mark(origin) } else { nil }
        let limit = Bucket.outputs.sizeLimit
        let (picture, video) = (StructureWatcher<PictureEnd>(), StructureWatcher<VideoEnd>())
        let received = try await fetcher.fetch(address, limit: limit, trusting: trusting) { parts in
            try await receive(parts, limit, picture, video)
        }
        // A download may stop early without saying so, and a decoder may not notice.
        var prepared = try await prepare(
            received, isWhole: picture.value.isReached, for: .outputs, mark: mark, in: store)
        if let mark, !prepared.type.isImage, video.value.isWhole { prepared = try await marked(prepared, mark) }
        let output = try await publish(prepared, isWholeFilm: video.value.isWhole, index, job, account)
        if let problem = prepared.problem { marking?.marks.note(problem, of: job, index) }
        return output.type.isImage ? output : try await probed(output)
    }

    private func marked(_ prepared: PrepareFile.Prepared, _ mark: OutputMark) async throws -> PrepareFile.Prepared {
        guard let marking else { return prepared }
        let (film, problem) = try await marking.film(prepared.file, prepared.type, mark, in: store)
        return PrepareFile.Prepared(
            file: film, type: prepared.type, dimensions: prepared.dimensions, isBlack: prepared.isBlack,
            problem: problem)
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

    private func receive(
        _ parts: some AsyncSequence<ByteBuffer, any Error>, _ limit: Int, _ picture: StructureWatcher<PictureEnd>,
        _ video: StructureWatcher<VideoEnd>
    ) async throws -> IncomingFile {
        let watched = parts.map { part in
            picture.take(part)
            video.take(part)
            return part
        }
        return try await store.receive(watched, limit: limit)
    }

    private func publish(
        _ prepared: PrepareFile.Prepared, isWholeFilm: Bool, _ index: Int, _ job: ID<Job>, _ account: ID<Account>
    ) async throws -> StoredOutput {
        let file = prepared.file
        do {
            if prepared.isBlack { throw OutputRefusal.black }
            guard prepared.type.isImage || isWholeFilm else { throw AssetError.damaged(prepared.type) }
            let key = StorageKey.output(index, of: job, account, prepared.type)
            try await register(key, file.sha256, of: account)
            try await store.publish(file, as: key)
            return StoredOutput(
                index: index, key: key, type: prepared.type, size: file.size, sha256: file.sha256,
                dimensions: prepared.dimensions)
        } catch {
            await store.discard(file)
            throw error
        }
    }

    /// From here on the file is removed by itself unless it gets its row.
    private func register(_ key: StorageKey, _ sha256: String, of account: ID<Account>) async throws {
        let dueAt = time.now() + Self.unsettledLifetime
        let isRegistered = try await database.write(of: account) {
            try $0.files.registerPendingFile(key, sha256: sha256, dueAt: dueAt)
        }
        guard isRegistered else {
            throw AssetError.removedMeanwhile
        }
    }
}

/// An output that is whole and yet not delivered.
package enum OutputRefusal: Error, Sendable, Hashable {
    case black
}

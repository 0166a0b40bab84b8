package import NIOCore
package import SQL

/// Says of a file that anybody sends whether it was made here, and what its marks and credentials say. Nothing of it is
/// kept, and nothing is said about whose it is.
package struct CheckProvenance: Sendable {
    package struct Result: Sendable, Hashable {
        /// Whether a job of this installation made exactly these bytes, deleted since or not.
        package let isMadeHere: Bool
        package let type: FileType
        package let marks: FileMarks
        package let credentials: FileCredentials
    }

    private let database: Database
    private let store: any FileStore
    private let threads: PictureThreads
    private let anchors: @Sendable () async throws -> TrustAnchors
    private let time: Time
    private let places = CheckPlaces(perNetwork: 2, limit: 12)

    package static let sizeLimit = Bucket.outputs.sizeLimit
    package static let types = Bucket.outputs.types
    /// What reading a file holds beside its bytes: a manifest, and what is read of it.
    static let overhead = 16 << 20

    /// - Parameter anchors: The certificates of this installation.
    package init(
        database: Database, store: any FileStore, threads: PictureThreads,
        anchors: @escaping @Sendable () async throws -> TrustAnchors, time: Time
    ) {
        self.database = database
        self.store = store
        self.threads = threads
        self.anchors = anchors
        self.time = time
    }

    /// Throws `CheckError`, or `AssetError` where the file is none that outputs may be.
    ///
    /// - Parameter announced: How long the file, or the form around it, is said to be, if it is said.
    package func callAsFunction<Parts: AsyncSequence<ByteBuffer, any Error>>(
        _ parts: Parts, announced: Int?, from client: Client
    ) async throws -> Result {
        if let announced, announced > Self.sizeLimit + (64 << 10) { throw AssetError.tooLarge(limit: Self.sizeLimit) }
        let place = try places.take(for: client.address)
        defer { withExtendedLifetime(place) {} }
        try await count(client)
        let file = try await store.receive(parts, limit: Self.sizeLimit)
        do {
            let result = try await look(at: file)
            await store.discard(file)
            return result
        } catch {
            await store.discard(file)
            throw error
        }
    }

    private func count(_ client: Client) async throws {
        let (throttles, now) = ([Throttle.fileChecks(from: client.address)], time.now())
        if let refusal = try await database.read({ try $0.accounts.refusal(of: throttles, now: now) }) {
            throw CheckError.throttled(refusal)
        }
        try await database.write(order: .alone) { transaction in
            if let refusal = try transaction.accounts.count(throttles, now: now) {
                throw CheckError.throttled(refusal)
            }
        }
    }

    private func look(at file: IncomingFile) async throws -> Result {
        guard file.size > 0 else { throw AssetError.empty }
        guard let type = FileType(head: file.head), Self.types.contains(type) else {
            throw AssetError.wrongType(found: FileDescription(head: file.head)?.text, allowed: Self.types)
        }
        let isMadeHere = try await database.read { try $0.files.isMade(sha256: file.sha256) }
        let (verify, now) = (VerifyManifest(anchors: try await anchors()), time.now())
        do {
            let (marks, credentials) = try await threads.run(
                holding: file.size + Self.overhead, load: { try await store.bytes(of: file) }
            ) { bytes in
                let found = FoundMetadata(bytes, type: type)
                return (FileMarks(xmp: found.xmp), verify(found.manifest, of: bytes, now: now))
            }
            return Result(isMadeHere: isMadeHere, type: type, marks: marks, credentials: credentials)
        } catch PictureError.busy {
            throw AssetError.busy
        }
    }
}

extension FileStatements {
    /// Whether a job made these bytes. Rows of assets stay when their files are deleted.
    func isMade(sha256: String) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM assets WHERE sha256 = $1 AND job_id IS NOT NULL LIMIT 1", sha256) != nil
    }
}

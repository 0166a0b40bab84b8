/// What happens to a file between its arrival and its publication, of uploads and outputs alike: it is checked, and a
/// picture is replaced by what is stored of it.
package struct PrepareFile: Sendable {
    /// Brings the bytes of a file.
    package typealias Load = @Sendable () async throws -> [UInt8]
    package typealias Look = @Sendable (
        FileCheck, _ size: Int, _ mark: OutputMark?, _ load: Load
    ) async throws -> PreparePicture.Prepared

    private let look: Look

    /// - Parameter look: Says what is stored of a picture. Throws `AssetError` where it is refused.
    package init(_ look: @escaping Look) {
        self.look = look
    }

    package init(_ prepare: PreparePicture) {
        self.init { try await prepare($0, size: $1, mark: $2, load: $3) }
    }

    /// A file that may be published.
    package struct Prepared: Sendable {
        package let file: IncomingFile
        package let type: FileType
        package let dimensions: ImageSize?
        package let isBlack: Bool
        /// Why a mark that was asked for is not in it, or not in full.
        var problem: String?
    }

    /// A picture that is turned or converted may have more bytes than its bucket takes of a file that is sent; this is
    /// the most.
    static let sizeLimit = Bucket.outputs.sizeLimit

    /// Takes over `received`: it is discarded if this throws, or if another file has taken its place. The caller
    /// publishes or discards what is returned.
    ///
    /// - Parameters:
    ///   - isWhole: Whether a picture has its end.
    ///   - mark: What is written into a picture, of an output.
    package func callAsFunction(
        _ received: IncomingFile, isWhole: Bool, for bucket: Bucket, mark: OutputMark? = nil, in store: some FileStore
    ) async throws -> Prepared {
        do {
            let check = try FileCheck(received, for: bucket)
            guard isWhole || !check.type.isImage else { throw AssetError.damaged(check.type) }
            guard check.type.isImage || check.type.isConverted else {
                return Prepared(file: received, type: check.type, dimensions: nil, isBlack: false)
            }
            let picture = try await look(check, received.size, mark) { try await store.bytes(of: received) }
            let file = try await replaced(received, by: picture.bytes, in: store)
            return Prepared(
                file: file, type: picture.type, dimensions: picture.dimensions, isBlack: picture.isBlack,
                problem: picture.problem)
        } catch {
            await store.discard(received)
            throw error
        }
    }

    private func replaced(
        _ received: IncomingFile, by bytes: [UInt8]?, in store: some FileStore
    ) async throws -> IncomingFile {
        guard let bytes else { return received }
        let file = try await store.receive(OnePart(bytes), limit: Self.sizeLimit)
        await store.discard(received)
        return file
    }
}

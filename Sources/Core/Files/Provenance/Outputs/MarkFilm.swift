/// Marks a film that has arrived and is not published yet.
package struct MarkFilm: Sendable {
    private let threads: PictureThreads
    private let tag: TagWebM

    package init(threads: PictureThreads, tag: TagWebM) {
        self.threads = threads
        self.tag = tag
    }

    /// Takes over `film`: it is discarded if this throws, or if another file has taken its place. Throws what may pass:
    /// an error of the store, or `AssetError.busy`.
    func callAsFunction(
        _ film: IncomingFile, _ type: FileType, _ mark: OutputMark, in store: some FileStore
    ) async throws -> (film: IncomingFile, problem: String?) {
        do {
            let marked = try await marked(film, type, mark, in: store)
            guard let bytes = marked.bytes else { return (film, marked.problem) }
            let file = try await store.receive(OnePart(bytes), limit: Bucket.outputs.sizeLimit)
            await store.discard(film)
            return (file, marked.problem)
        } catch {
            await store.discard(film)
            throw error
        }
    }

    private func marked(
        _ film: IncomingFile, _ type: FileType, _ mark: OutputMark, in store: some FileStore
    ) async throws -> OutputMark.Marked {
        switch type {
        case .mp4:
            do {
                return try await threads.run(
                    holding: 3 * film.size, load: { try await store.bytes(of: film) }, { mark.apply(to: $0, .mp4) })
            } catch PictureError.busy {
                throw AssetError.busy
            }
        case .webm: return try await tag(mark.packet) { try await store.bytes(of: film) }
        case .jpeg, .png, .webp, .gif, .zip, .heic, .avif: return OutputMark.Marked(bytes: nil, problem: nil)
        }
    }
}

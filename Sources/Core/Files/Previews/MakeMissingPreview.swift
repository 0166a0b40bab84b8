import SQL

/// Makes the thumbnails of an asset at once because one of them was asked for: they were not made yet, or are lost.
/// However many ask at the same time, they are made once.
package struct MakeMissingPreview: Sendable {
    /// How long a browser is kept waiting.
    static let timeout = Duration.seconds(10)
    private static let interval = Duration.milliseconds(250)
    /// How many a node makes at once because they are asked for: each holds a file in memory.
    private static let limit = 6

    let database: Database
    let store: any FileStore
    let make: MakePreview
    let underWay: PreviewsUnderWay
    let time: Time

    /// Returns when the file is there. Throws `PreviewError` if it is not.
    package func callAsFunction(_ key: StorageKey, of asset: Asset) async throws {
        let end = time.now() + Self.timeout
        while true {
            switch underWay.begin(asset.id, atMost: Self.limit) {
            case .tooMany: throw PreviewError.busy
            case .isUnderWay: try await underWay.wait(for: asset.id)
            case .begun:
                defer { underWay.end(asset.id) }
                if try await isMade(key, of: asset) { return }
            }
            if try await store.size(of: key) != nil { return }
            // Another node makes it, or it failed a short time ago.
            guard time.now() < end else { throw PreviewError.pending(retryAfter: .seconds(5)) }
            try await time.sleep(Self.interval)
        }
    }

    /// Returns false if another node has it.
    private func isMade(_ key: StorageKey, of asset: Asset) async throws -> Bool {
        // Another one that made it may have ended between the look at the file and this one.
        if try await store.size(of: key) != nil { return true }
        let now = time.now()
        let claim = try await database.write(order: .alone) { try $0.files.claimPreview(of: asset.id, now: now) }
        guard let claim else {
            guard try await database.read({ try $0.files.hasPreview(asset.id) }) else { throw PreviewError.unavailable }
            return false
        }
        switch try await make(claim) {
        case .made: return true
        case .deleted, .unavailable: throw PreviewError.unavailable
        case .failed(let wait): throw PreviewError.pending(retryAfter: wait)
        }
    }
}

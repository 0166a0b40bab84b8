import NIOCore

/// Reads the settings out of an account's own stored file, as data.
package struct ReadSettings: Sendable {
    package enum Failure: Error, Sendable, Hashable {
        /// The file has none that can be read.
        case none
    }

    private let assets: Assets
    private let store: any FileStore
    private let threads: PictureThreads

    package init(assets: Assets, store: any FileStore, threads: PictureThreads) {
        self.assets = assets
        self.store = store
        self.threads = threads
    }

    /// Throws `Failure`, or `AssetError` where the account has no such file.
    package func callAsFunction(_ id: ID<Asset>, of account: ID<Account>) async throws -> PictureSettings {
        let asset = try await assets.find(id, of: account)
        guard [.png, .jpeg, .webp].contains(asset.type) else { throw Failure.none }
        let (store, type) = (store, asset.type)
        do {
            let settings = try await threads.run(
                holding: asset.size + CheckProvenance.overhead, load: { try await Self.bytes(of: asset, in: store) }
            ) { PictureSettings(FoundMetadata($0, type: type)) }
            guard let settings else { throw Failure.none }
            return settings
        } catch PictureError.busy {
            throw AssetError.busy
        }
    }

    private static func bytes(of asset: Asset, in store: any FileStore) async throws -> [UInt8] {
        let file = try await store.open(asset.key, range: nil)
        guard file.size <= PrepareFile.sizeLimit else { throw Failure.none }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(file.size)
        for try await part in file.bytes { bytes += part.readableBytesView }
        return bytes
    }
}

import Core

/// What a link opens: the file of an asset, or a small copy of it.
struct ServedFile {
    let key: StorageKey
    let type: FileType
    let size: Int
    /// Strong: equal tags, equal bytes.
    let entityTag: String
    let name: String
    let createdAt: Instant

    init(_ asset: Asset) {
        self.init(asset, key: asset.key, type: asset.type, size: asset.size, entityTag: "\"\(asset.sha256)\"")
    }

    /// Throws `FileStoreError.notFound` if the thumbnail has not been made.
    init(_ asset: Asset, openedBy key: StorageKey, in store: any FileStore) async throws {
        guard key.bucket == .thumbnails else {
            self.init(asset)
            return
        }
        guard let size = try await store.size(of: key) else { throw FileStoreError.notFound }
        let file = key.description.split(separator: "/").last ?? ""
        self.init(asset, key: key, type: .webp, size: size, entityTag: "\"\(asset.sha256)-\(file)-\(size)\"")
    }

    private init(_ asset: Asset, key: StorageKey, type: FileType, size: Int, entityTag: String) {
        self.key = key
        self.type = type
        self.size = size
        self.entityTag = entityTag
        name = asset.name
        createdAt = asset.createdAt
    }
}

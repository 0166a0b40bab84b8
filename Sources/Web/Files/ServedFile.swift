import Core

/// The file of an asset, as a link opens it.
struct ServedFile {
    let key: StorageKey
    let type: FileType
    let size: Int
    /// Strong: equal tags, equal bytes.
    let entityTag: String
    let name: String
    let createdAt: Instant

    init(_ asset: Asset) {
        key = asset.key
        type = asset.type
        size = asset.size
        entityTag = "\"\(asset.sha256)\""
        name = asset.name
        createdAt = asset.createdAt
    }
}

/// An output whose bytes are safe, waiting for its job's settlement to give it a row.
package struct StoredOutput: Sendable, Hashable {
    package let index: Int
    package let key: StorageKey
    package let type: FileType
    package let size: Int
    package let sha256: String
    package var dimensions: ImageSize?
    /// Of a film.
    package var duration: Duration?

    package init(
        index: Int, key: StorageKey, type: FileType, size: Int, sha256: String, dimensions: ImageSize?,
        duration: Duration? = nil
    ) {
        self.index = index
        self.key = key
        self.type = type
        self.size = size
        self.sha256 = sha256
        self.dimensions = dimensions
        self.duration = duration
    }

    init(_ asset: Asset, index: Int) {
        self.init(
            index: index, key: asset.key, type: asset.type, size: asset.size, sha256: asset.sha256,
            dimensions: asset.dimensions, duration: asset.duration)
    }
}

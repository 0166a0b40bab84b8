/// What the first bytes of a file say about it, once it is known to be of a type that its bucket takes.
package struct FileCheck: Sendable, Hashable {
    package let type: FileType
    /// Of a picture as its header says it; that of a film, a HEIC or an AVIF is not read.
    package let dimensions: ImageSize?

    package init(_ file: IncomingFile, for bucket: Bucket) throws(AssetError) {
        guard file.size > 0 else { throw .empty }
        guard file.size <= bucket.sizeLimit else { throw .tooLarge(limit: bucket.sizeLimit) }
        guard let type = FileType(head: file.head), bucket.types.contains(type) else {
            throw .wrongType(found: FileDescription(head: file.head)?.text, allowed: bucket.types)
        }
        self.type = type
        dimensions = type.isImage ? try Self.dimensions(of: file, type) : nil
    }

    private static func dimensions(of file: IncomingFile, _ type: FileType) throws(AssetError) -> ImageSize {
        guard let size = ImageSize(head: file.head, type: type) else { throw .damaged(type) }
        guard size.isBearable else { throw .tooManyPixels(size) }
        let bytes = size.width * size.height * DecodedPixel.bytes(head: file.head, type: type)
        guard bytes <= ImageSize.mostDecodedBytes else { throw .decodesTooLarge(size, bytes: bytes) }
        return size
    }
}

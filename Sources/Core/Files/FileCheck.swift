/// What the first bytes of a file say about it, once it is known to be of a type that its bucket takes.
package struct FileCheck: Sendable, Hashable {
    package let type: FileType
    /// Of a picture; a film's is not read.
    package let dimensions: ImageSize?

    package init(_ file: IncomingFile, for bucket: Bucket) throws(AssetError) {
        guard file.size > 0 else { throw .empty }
        guard file.size <= bucket.sizeLimit else { throw .tooLarge(limit: bucket.sizeLimit) }
        guard let type = FileType(head: file.head), bucket.types.contains(type) else {
            throw .wrongType(found: FileDescription(head: file.head)?.text, allowed: bucket.types)
        }
        guard bucket != .outputs || Self.hasEnd(file, type) else { throw .damaged(type) }
        self.type = type
        dimensions = type.isImage ? try Self.dimensions(of: file, type) : nil
    }

    /// A provider's picture stops where its format says. What people send may carry more behind its end, as phones do.
    private static func hasEnd(_ file: IncomingFile, _ type: FileType) -> Bool {
        switch type {
        // The last chunk has no data, so its checksum is always the same.
        case .png: file.tail.suffix(8).elementsEqual(Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82])
        case .jpeg: zip(file.tail, file.tail.dropFirst()).contains { $0 == 0xFF && $1 == 0xD9 }
        case .gif: file.tail.last == 0x3B
        case .webp: ByteReader(file.head).little32(at: 4).map { $0 + 8 <= file.size + 1 } ?? false
        case .mp4, .webm, .zip: true
        }
    }

    private static func dimensions(of file: IncomingFile, _ type: FileType) throws(AssetError) -> ImageSize {
        guard let size = ImageSize(head: file.head, type: type) else { throw .damaged(type) }
        guard size.isBearable else { throw .tooManyPixels(size) }
        let bytes = size.width * size.height * DecodedPixel.bytes(head: file.head, type: type)
        guard bytes <= ImageSize.mostDecodedBytes else { throw .decodesTooLarge(size, bytes: bytes) }
        return size
    }
}

/// A picture's width and height as its header states them. The first gate against decompression bombs: it costs no
/// decoding, and nothing is decoded that it has not let through.
package struct ImageSize: Sendable, Hashable {
    package let width: Int
    package let height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Returns nil if the header is damaged or cut short.
    package init?(head: [UInt8], type: FileType) {
        let bytes = ByteReader(head)
        let size: ImageSize? =
            switch type {
            case .png: Self.png(bytes)
            case .gif: Self.gif(bytes)
            case .webp: Self.webp(bytes)
            case .jpeg: Self.jpeg(bytes)
            case .mp4, .webm, .zip, .heic, .avif: nil
            }
        guard let size, size.width > 0, size.height > 0 else { return nil }
        self = size
    }

    package static let longestSide = 16_384
    package static let mostPixels = 50_000_000
    /// Of a picture with the most pixels and 8 bits a color.
    package static let mostDecodedBytes = 3 * mostPixels

    /// Small enough to decode, as far as its pixels go.
    var isBearable: Bool {
        max(width, height) <= Self.longestSide && width * height <= Self.mostPixels
    }

    private static func png(_ bytes: ByteReader) -> ImageSize? {
        guard bytes.text(at: 12, count: 4) == "IHDR", let width = bytes.big32(at: 16), let height = bytes.big32(at: 20)
        else { return nil }
        return ImageSize(width: width, height: height)
    }

    private static func gif(_ bytes: ByteReader) -> ImageSize? {
        guard let width = bytes.little16(at: 6), let height = bytes.little16(at: 8) else { return nil }
        return ImageSize(width: width, height: height)
    }

    /// Three kinds of first chunk: lossy, lossless, and the extended header that comes before either.
    private static func webp(_ bytes: ByteReader) -> ImageSize? {
        switch bytes.text(at: 12, count: 4) {
        case "VP8 ":
            guard bytes[23] == 0x9D, bytes[24] == 0x01, bytes[25] == 0x2A,
                let width = bytes.little16(at: 26), let height = bytes.little16(at: 28)
            else { return nil }
            return ImageSize(width: width & 0x3FFF, height: height & 0x3FFF)
        case "VP8L":
            guard bytes[20] == 0x2F, let low = bytes.little16(at: 21), let high = bytes.little16(at: 23)
            else { return nil }
            let bits = low | high << 16
            return ImageSize(width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1)
        case "VP8X":
            guard let width = bytes.little24(at: 24), let height = bytes.little24(at: 27) else { return nil }
            return ImageSize(width: width + 1, height: height + 1)
        default:
            return nil
        }
    }

    private static func jpeg(_ bytes: ByteReader) -> ImageSize? {
        JPEGFrame(bytes).flatMap { frame in
            guard let height = bytes.big16(at: frame.position + 5), let width = bytes.big16(at: frame.position + 7)
            else { return nil }
            return ImageSize(width: width, height: height)
        }
    }
}

/// How much of a picture libvips and the libraries beneath it hold at once, by its header. A few bytes can claim a
/// picture of 50 million pixels, and what one pixel takes differs by a factor of eight.
enum DecodedPixel {
    /// For each pixel. Where the header leaves it open, the most that there can be.
    static func bytes(head: [UInt8], type: FileType) -> Int {
        let bytes = ByteReader(head)
        return switch type {
        case .png: png(bytes)
        case .webp: webp(bytes)
        case .jpeg: JPEGFrame(bytes)?.bytesPerPixel(in: bytes) ?? 8
        // Only the first picture of an animation is decoded, on a canvas with alpha.
        case .gif: 4
        case .mp4, .webm, .zip, .heic, .avif: 0
        }
    }

    /// All of it if it is interlaced. A palette becomes colors, and every form but those with alpha may have a
    /// transparent color, which becomes alpha.
    private static func png(_ bytes: ByteReader) -> Int {
        let channels = switch bytes[25] {
        case 0, 4: 2
        default: 4
        }
        return channels * (bytes[24] == 16 ? 2 : 1)
    }

    /// A lossless picture, and a picture of an animation, is decoded to a buffer of its own and then to the canvas; the
    /// alpha of a lossy one likewise.
    private static func webp(_ bytes: ByteReader) -> Int {
        let (twice, lossy, lossyWithAlpha) = (8, 4, 6)
        var (position, hasAlpha) = (12, false)
        while let name = bytes.text(at: position, count: 4), let length = bytes.little32(at: position + 4) {
            switch name {
            case "VP8 ": return hasAlpha ? lossyWithAlpha : lossy
            case "VP8L", "ANIM", "ANMF": return twice
            case "ALPH": hasAlpha = true
            default: break
            }
            position += 8 + length + length & 1
        }
        return twice
    }
}

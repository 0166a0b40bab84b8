@testable import Core
import TestSupport
import Testing

/// How much memory a picture takes, by its header.
struct DecodedPixelTests {
    private func png(depth: UInt8, color: UInt8, interlaced: Bool = false) -> [UInt8] {
        var bytes = Sample.png()
        bytes.replaceSubrange(24...25, with: [depth, color])
        bytes[28] = interlaced ? 1 : 0
        return bytes
    }

    @Test(arguments: [
        (8, 0, 2), (16, 0, 4), (1, 0, 2), (8, 2, 4), (16, 2, 8), (8, 3, 4), (1, 3, 4), (8, 4, 2), (16, 4, 4), (8, 6, 4),
        (16, 6, 8),
        // Unknown to the format.
        (8, 9, 4), (16, 9, 8),
    ] as [(UInt8, UInt8, Int)])
    func `PNG has a byte or two for each color, and alpha`(depth: UInt8, color: UInt8, count: Int) {
        #expect(DecodedPixel.bytes(head: png(depth: depth, color: color), type: .png) == count)
        #expect(DecodedPixel.bytes(head: png(depth: depth, color: color, interlaced: true), type: .png) == count)
    }

    private func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(body.count)
        return Array(name.utf8) + [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: length >> $0) } + body
            + (body.count.isMultiple(of: 2) ? [] : [0])
    }

    @Test(arguments: [
        (["VP8 "], 4), (["VP8L"], 8), (["VP8X", "VP8 "], 4), (["VP8X", "ICCP", "VP8L"], 8),
        (["VP8X", "ICCP", "ALPH", "VP8 "], 6), (["VP8X", "ANIM", "ANMF"], 8), (["VP8X"], 8), ([], 8),
    ] as [([String], Int)])
    func `WebP is decoded twice if it is lossless or animated`(names: [String], count: Int) {
        let chunks = names.flatMap { chunk($0, [1, 2, 3]) }
        let bytes = Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBP".utf8) + chunks
        #expect(DecodedPixel.bytes(head: bytes, type: .webp) == count)
    }

    /// With its components' factors, `0x22` for example, and those of its first scan.
    private func jpeg(_ marker: UInt8, _ factors: [UInt8], scan: Int, tables: Int = 0) -> [UInt8] {
        let count = UInt8(factors.count)
        var bytes: [UInt8] = [0xFF, 0xD8, 0xFF, marker, 0, 8 + 3 * count, 8, 0, 6, 0, 9, count]
        for (index, factor) in factors.enumerated() { bytes += [UInt8(index + 1), factor, 0] }
        for _ in 0..<tables { bytes += [0xFF, 0xDB, 0, 2] }
        bytes += [0xFF, 0xDA, 0, 6 + 2 * UInt8(scan), UInt8(scan)]
        return bytes + [UInt8](repeating: 0, count: 3 + 2 * scan)
    }

    @Test(arguments: [
        // In one scan, line by line.
        (0xC0, [0x11], 1, 1), (0xC0, [0x22, 0x11, 0x11], 3, 3), (0xC1, [0x11, 0x11, 0x11, 0x11], 4, 4),
        // Several scans: two bytes for each sample, and a quarter of the samples for each halved color.
        (0xC0, [0x22, 0x11, 0x11], 1, 3), (0xC0, [0x11, 0x11, 0x11], 2, 6), (0xC0, [0x21, 0x11, 0x11], 1, 4),
        (0xC2, [0x11], 1, 2), (0xC2, [0x22, 0x11, 0x11], 3, 3), (0xC2, [0x11, 0x11, 0x11], 3, 6),
        (0xCA, [0x11, 0x11, 0x11, 0x11], 1, 8),
        // Nonsense counts as the most that there can be.
        (0xC2, [0x00, 0x11, 0x11], 3, 6), (0xC2, [0x51, 0x11, 0x11], 3, 6), (0xC0, [], 0, 8),
        (0xC0, [0x11, 0x11, 0x11, 0x11, 0x11], 5, 8),
    ] as [(UInt8, [UInt8], Int, Int)])
    func `JPEG is held whole if it comes in several scans`(marker: UInt8, factors: [UInt8], scan: Int, count: Int) {
        #expect(DecodedPixel.bytes(head: jpeg(marker, factors, scan: scan, tables: 2), type: .jpeg) == count)
    }

    @Test func `JPEG whose scan is not in its first bytes counts as held whole`() {
        let bytes = jpeg(0xC0, [0x11, 0x11, 0x11], scan: 3)
        #expect(DecodedPixel.bytes(head: bytes, type: .jpeg) == 3)
        for length in 22..<(bytes.count - 9) {
            #expect(DecodedPixel.bytes(head: Array(bytes.prefix(length)), type: .jpeg) == 6, "\(length)")
        }
        #expect(DecodedPixel.bytes(head: [0xFF, 0xD8], type: .jpeg) == 8)
    }

    @Test(arguments: [
        // 150 million bytes are the most, of 4 or of 8 a pixel.
        (7_500, 5_000, 8, nil), (7_501, 5_000, 8, 150_020_000), (3_750, 5_000, 16, nil),
        (3_751, 5_000, 16, 150_040_000),
        (7_000, 7_000, 16, 392_000_000),
    ] as [(UInt32, UInt32, UInt8, Int?)])
    func `a picture is refused by what decoding it takes`(
        width: UInt32, height: UInt32, depth: UInt8, refused: Int?
    ) throws {
        var bytes = Sample.png(width, height)
        bytes.replaceSubrange(24...25, with: [depth, 6])
        let file = IncomingFile(location: "", size: bytes.count, sha256: "", head: bytes, tail: bytes)
        let size = ImageSize(width: Int(width), height: Int(height))
        if let refused {
            for bucket in [Bucket.uploads, .outputs] {
                #expect(throws: AssetError.decodesTooLarge(size, bytes: refused)) {
                    try FileCheck(file, for: bucket)
                }
            }
        } else {
            #expect(try FileCheck(file, for: .uploads).dimensions == size)
        }
    }
}

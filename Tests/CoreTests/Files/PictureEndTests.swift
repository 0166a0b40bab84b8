@testable import Core
import TestSupport
import Testing

/// Whether a picture is whole, by its own structure.
struct PictureEndTests {
    private func isWhole(_ bytes: [UInt8], inPartsOf size: Int = .max) -> Bool {
        var end = PictureEnd()
        var rest = bytes[...]
        while !rest.isEmpty {
            Array(rest.prefix(size)).withUnsafeBytes { end.take($0) }
            rest = rest.dropFirst(size)
        }
        return end.isReached
    }

    private static let endOfImage: [UInt8] = [0xFF, 0xD9]

    /// Encoded, not made up: with tables, scans and blocks of data.
    private static func encoded(_ format: PictureFormat) throws -> [UInt8] {
        let pixels = (0..<8 * 6 * 3).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
        return try Picture(pixels: pixels, width: 8, height: 6, bands: 3).encoded(format)
    }

    /// A picture of two blocks, with a table of four colors for all, one of two for itself, and a comment.
    private static let gif: [UInt8] = [
        Array("GIF89a".utf8), [4, 0, 4, 0, 0x81, 0, 0], [UInt8](repeating: 0x3B, count: 12),
        [0x21, 0xFE, 3, 0x3B, 0x3B, 0x3B, 0], [0x2C, 0, 0, 0, 0, 4, 0, 4, 0, 0x80],
        [UInt8](repeating: 0x3B, count: 6), [2, 2, 0x84, 0x3B, 1, 0x51, 0], [0x3B],
    ].flatMap { $0 }

    /// As those who make pictures leave it behind them.
    @Test(arguments: [
        [], [UInt8](repeating: 0, count: 16), [0x0A], [UInt8](repeating: 0, count: 2048), [0xFF],
    ] as [[UInt8]])
    func `what follows the end of a picture does not matter`(more: [UInt8]) throws {
        for format in [PictureFormat.png, .jpeg, .webp] {
            #expect(try isWhole(Self.encoded(format) + more), "\(format)")
        }
        #expect(isWhole(Self.gif + more))
    }

    @Test(arguments: [PictureFormat.png, .jpeg, .webp])
    func `a picture that is cut anywhere is not whole, however its bytes arrive`(format: PictureFormat) throws {
        let bytes = try Self.encoded(format)
        // A WebP may be without the last byte, which only pads it to an even length.
        let least = format == .webp ? bytes.count - 1 : bytes.count
        for length in 0..<bytes.count {
            let part = Array(bytes.prefix(length))
            #expect(isWhole(part) == (length >= least), "\(length) bytes")
            #expect(isWhole(part, inPartsOf: 1) == (length >= least), "\(length) bytes, one by one")
        }
        for size in [1, 7, 64] { #expect(isWhole(bytes, inPartsOf: size)) }
    }

    @Test func `a GIF ends where its blocks end, and not at a byte in them that looks like it`() {
        for length in 0..<Self.gif.count { #expect(!isWhole(Array(Self.gif.prefix(length))), "\(length) bytes") }
        #expect(isWhole(Self.gif, inPartsOf: 1))
        #expect(isWhole(Sample.gif()))
        #expect(!isWhole(Array(Sample.gif().dropLast()) + [0x00, 0x3B]), "no block begins with it")
    }

    @Test func `a JPEG does not end in its thumbnail, its tables or its escaped data`() {
        let start: [UInt8] = [0xFF, 0xD8]
        func segment(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] { [0xFF, marker, 0, UInt8(data.count + 2)] + data }
        let thumbnail = segment(0xE1, start + Self.endOfImage)
        let scan = segment(0xDA, [1]) + [1, 0xFF, 0x00, 0xD9, 0xFF, 0xD0, 2]

        for unfinished in [
            thumbnail, thumbnail + scan, scan + segment(0xC4, Self.endOfImage + [0, 0, 0]) + scan, scan + [0xFF],
            scan + [0xFF, 0xFF, 0xFF], [0xFF, 0xE1, 0, 1] + Self.endOfImage,
        ] {
            #expect(!isWhole(start + unfinished), "\(unfinished)")
        }
        // Any number of 0xFF may stand before a marker.
        for end in [Self.endOfImage, [0xFF, 0xFF] + Self.endOfImage] {
            #expect(isWhole(start + thumbnail + scan + segment(0xC4, [0, 0]) + scan + end))
        }
        #expect(isWhole(Sample.jpeg(metadata: 150_000), inPartsOf: 1000))
    }

    @Test(arguments: [
        Array(Sample.png(padding: 40).dropLast(1)), Array(Sample.png(padding: 40).dropLast(12)),
        Array(Sample.webp().dropLast(2)),
        Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82], Sample.text, Sample.mp4, [],
        // A length beyond the file.
        Array(Sample.png().prefix(8)) + [0xFF, 0xFF, 0xFF, 0xFF] + Array("IEND".utf8) + [0, 0, 0, 0],
    ] as [[UInt8]])
    func `what has no end of its format is not whole`(bytes: [UInt8]) {
        #expect(!isWhole(bytes))
        #expect(!isWhole(bytes, inPartsOf: 1))
    }
}

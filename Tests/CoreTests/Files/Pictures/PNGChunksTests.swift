@testable import Core
import Foundation
import TestSupport
import Testing

/// What a PNG has beside its picture is left out before libvips sees it.
struct PNGChunksTests {
    private static let mark: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    private func chunk(_ name: String, _ length: Int = 3) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: UInt32(length) >> $0) } + Array(name.utf8)
            + [UInt8](repeating: 7, count: length + 4)
    }

    /// The names of the chunks that are left, or of the whole file.
    private func left(_ chunks: [[UInt8]]) -> [UInt8] { PNGChunks.withoutText(Self.mark + chunks.flatMap { $0 }) }

    @Test(arguments: ["zTXt", "iTXt", "tEXt", "tIME", "sPLT", "acTL", "fdAT", "vpAg"])
    func `text, dates and what is unknown are left out, wherever they are`(name: String) {
        let extra = chunk(name, 1000)
        let kept = [chunk("IHDR", 13), chunk("tRNS"), chunk("IDAT", 50), chunk("IDAT", 20), chunk("IEND", 0)]

        #expect(left([kept[0], extra, kept[1], extra, extra, kept[2], kept[3], extra, kept[4]]) == left(kept))
        #expect(left([extra] + kept + [extra]) == left(kept), "also before the header and behind the end")
        #expect(left(kept) == Self.mark + kept.flatMap { $0 })
    }

    @Test(arguments: [
        ("iCCP", 512 << 10), ("eXIf", 64 << 10), ("tRNS", 256), ("gAMA", 4), ("cHRM", 32), ("sRGB", 1), ("pHYs", 9),
    ])
    func `what the picture needs is kept once, up to a bound`(name: String, limit: Int) {
        let (header, end) = (chunk("IHDR", 13), chunk("IEND", 0))

        #expect(left([header, chunk(name, limit), end]) == Self.mark + header + chunk(name, limit) + end)
        #expect(left([header, chunk(name, limit + 1), end]) == Self.mark + header + end)
        #expect(left([header, chunk(name, 1), chunk(name, 1), end]) == Self.mark + header + chunk(name, 1) + end)
    }

    @Test func `chunks that the format requires are kept, however many there are`() {
        let file = [chunk("IHDR", 13), chunk("PLTE", 768)] + Array(repeating: chunk("IDAT", 9), count: 100)
            + [chunk("QQQQ"), chunk("IEND", 0)]
        #expect(left(file) == Self.mark + file.flatMap { $0 })
    }

    @Test func `a damaged rest stays as it is, for the decoder to refuse`() {
        let (header, text) = (chunk("IHDR", 13), chunk("zTXt", 100))
        let rests: [[UInt8]] = [[], [0], Array(text.prefix(20)), [0xFF, 0xFF, 0xFF, 0xFF] + Array("zTXtabcd".utf8)]
        for rest in rests { #expect(left([header, text, rest]) == Self.mark + header + rest) }
        for length in 0...20 {
            let bytes = Array((Self.mark + header).prefix(length))
            #expect(PNGChunks.withoutText(bytes) == bytes)
        }
    }

    @Test func `a picture looks the same without its text, and text that is broken harms no picture`() throws {
        let pixels = (0..<16 * 16 * 4).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let picture = try Picture(pixels: pixels, width: 16, height: 16, bands: 4)
        var bytes = try picture.encoded(.png)
        // Behind the header: compressed text that is no such thing, with a wrong checksum.
        bytes.insert(contentsOf: Array(repeating: chunk("zTXt", 5000), count: 40).flatMap { $0 }, at: 33)

        #expect(try Picture(decoding: bytes, atMost: 256).pixels() == pixels)
        #expect(try PictureInfo(inspecting: bytes).width == 16)
        #expect(try PictureBytes(bytes).bytes.count < 5000)
    }

    @Test func `a picture of 16 bits takes twice the memory, and is refused by that`() throws {
        let pixels = [UInt8](repeating: 9, count: 8 * 8 * 4)
        let bytes = try Picture(pixels: pixels, width: 8, height: 8, bands: 4).encoded(.png)
        #expect(try PictureInfo(inspecting: bytes).bytesPerPixel == 4)
        #expect(try Picture(decoding: bytes, atMost: 64).width == 8)

        let deep = Array(try #require(Data(base64Encoded: """
            iVBORw0KGgoAAAANSUhEUgAAAAQAAAAEEAYAAAD5YUI9AAAAFklEQVR42mNgIAQYCQAGJgKAgZkAAAAdZADBq+yPVAAAAABJRU5ErkJggg==
            """)))
        #expect(try PictureInfo(inspecting: deep).bytesPerPixel == 8)
        #expect(try Picture(decoding: deep, atMost: 32).width == 4)
        #expect(throws: PictureError.tooLarge(width: 4, height: 4)) { try Picture(decoding: deep, atMost: 31) }
    }
}

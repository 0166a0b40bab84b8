import Core
import Foundation
import Testing
import TestSupport

struct PictureTests {
    private func square(_ side: Int, bands: Int = 3) throws -> Picture {
        let pixels = (0..<side * side * bands).map { UInt8(truncatingIfNeeded: $0) }
        return try Picture(pixels: pixels, width: side, height: side, bands: bands)
    }

    @Test(arguments: [PictureFormat.jpeg, .png, .webp])
    func `what is encoded is recognized by its bytes and can be decoded`(format: PictureFormat) throws {
        let bytes = try square(40).encoded(format)
        let info = try PictureInfo(inspecting: bytes)
        let picture = try Picture(decoding: bytes, atMost: 1600)

        #expect(info.format == format && info.width == 40 && info.height == 40 && info.pages == 1)
        #expect(picture.width == 40 && picture.bands == 3)
    }

    @Test func `PNG gives back the very pixels, alpha too`() throws {
        let picture = try square(16, bands: 4)
        let back = try Picture(decoding: picture.encoded(.png), atMost: 256)
        #expect(back.hasAlpha)
        #expect(try back.pixels() == picture.pixels())
    }

    /// A picture as a camera writes it: with a description in its EXIF data, an XMP packet, and a comment.
    private func withMetadata() throws -> [UInt8] {
        func segment(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] {
            [0xFF, marker, UInt8((data.count + 2) >> 8), UInt8((data.count + 2) & 255)] + data
        }
        let text = Array("SECRET place".utf8) + [0]
        let entry: [UInt8] = [0, 0, 0, 8, 0, 1, 0x01, 0x0E, 0, 2, 0, 0, 0, UInt8(text.count), 0, 0, 0, 26, 0, 0, 0, 0]
        let exif = Array("Exif\0\0MM\0*".utf8) + entry + text
        let xmp = Array("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SECRET camera</x:xmpmeta>".utf8)
        let plain = try square(40).encoded(.jpeg)
        let iptc = Array("Photoshop 3.0\0SECRET author".utf8)
        return [
            Array(plain.prefix(2)), segment(0xE1, exif), segment(0xE1, xmp), segment(0xED, iptc),
            Array(plain.dropFirst(2)),
        ].flatMap { $0 }
    }

    @Test(arguments: [PictureFormat.jpeg, .png, .webp])
    func `what is encoded has nothing of the metadata that it was decoded with`(format: PictureFormat) throws {
        let source = try withMetadata()
        #expect(String(decoding: source, as: UTF8.self).contains("SECRET"))
        let picture = try Picture(decoding: source, atMost: 1600)

        let bytes = try picture.encoded(format)

        for secret in ["SECRET", "xmpmeta", "Photoshop", "ICC_PROFILE", "ICCP"] {
            #expect(bytes.firstRange(of: Array(secret.utf8)) == nil, "\(secret)")
        }
        #expect(try Picture(decoding: bytes, atMost: 1600).width == 40)
        #expect(try picture.encoded(format) == bytes, "the picture itself is not changed")
    }

    @Test func `a bomb is refused by its header, before a pixel is decoded`() throws {
        var bomb = try square(8).encoded(.png)
        // The header claims 60,000 × 60,000; the checksum is set right, so that only the size is wrong.
        bomb.replaceSubrange(16..<24, with: [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60])
        bomb.replaceSubrange(29..<33, with: crc(of: bomb[12..<29]))
        #expect(throws: PictureError.tooLarge(width: 60_000, height: 60_000)) {
            try Picture(decoding: bomb, atMost: 40_000_000)
        }
    }

    @Test func `text, SVG, PDF and nothing are no pictures`() {
        for text in ["", "hello", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "%PDF-1.4", "GIF"] {
            #expect(throws: PictureError.notAPicture) { try PictureInfo(inspecting: Array(text.utf8)) }
        }
    }

    @Test func `a picture that is cut short is broken, not half a picture`() throws {
        let bytes = try square(200).encoded(.jpeg)
        #expect(throws: PictureError.self) {
            try Picture(decoding: Array(bytes.prefix(bytes.count / 2)), atMost: 40_000)
        }
        #expect(throws: PictureError.self) { try Picture(decoding: Array(bytes.prefix(10)), atMost: 40_000) }
    }

    @Test(arguments: [PictureFormat.jpeg, .png, .webp])
    func `a large picture that is cut short is broken, however bright its beginning is`(
        format: PictureFormat
    ) async throws {
        let side = 600
        // White at the top, and below it what does not compress.
        var noise = Seeded(7)
        let pixels = (0..<side * side * 3).map { $0 < 30 * side * 3 ? 255 : UInt8.random(in: 0...200, using: &noise) }
        let bytes = try Picture(pixels: pixels, width: side, height: side, bands: 3).encoded(format)
        let threads = PictureThreads(count: 1)
        let inspect = InspectPicture(threads: threads)

        #expect(try await !inspect(bytes).isBlack)
        await #expect(throws: PictureError.self) { try await inspect(Array(bytes.prefix(bytes.count / 2))) }
        try await threads.close()
    }

    @Test func `filling a size cuts off what sticks out, stretching does not`() throws {
        let picture = try square(100)
        #expect(try picture.resized(width: 30, height: 60, .fill).height == 60)
        #expect(try picture.resized(width: 30, height: 60, .stretch).width == 30)
        #expect(try picture.shrunk(toFit: 50).width == 50)
        #expect(try picture.shrunk(toFit: 500).width == 100)
    }

    /// The sides of a picture that is dark but for one pixel in its middle, and whether the pixel goes.
    @Test(arguments: [
        (1, 1, false), (2, 2, false), (3, 3, true), (4, 4, true), (5, 5, true), (9, 2, true), (2, 9, true),
    ])
    func `a median takes what stands alone away, also of a picture that has fewer pixels than it looks at`(
        width: Int, height: Int, goes: Bool
    ) throws {
        var pixels = [UInt8](repeating: 10, count: width * height)
        pixels[height / 2 * width + width / 2] = 250

        let made = try Picture(pixels: pixels, width: width, height: height, bands: 1).median(7)

        #expect(made.width == width && made.height == height)
        #expect(try made.pixels() == (goes ? [UInt8](repeating: 10, count: pixels.count) : pixels))
    }

    @Test func `many threads decode at once`() async throws {
        let threads = PictureThreads(count: 2)
        let bytes = try square(64).encoded(.webp)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<40 {
                group.addTask { try await threads.run { try Picture(decoding: bytes, atMost: 5000).width } }
            }
            for try await width in group { #expect(width == 64) }
        }
        try await threads.close()
    }

    private func crc(of bytes: ArraySlice<UInt8>) -> [UInt8] {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return withUnsafeBytes(of: (~crc).bigEndian) { Array($0) }
    }
}

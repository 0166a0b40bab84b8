@testable import Core
import TestSupport
import Testing

/// Every way to store colors comes out as the right sRGB, within two units.
struct PictureColorTests {
    @Test(arguments: [
        ("16-bit gray", ColorSample.gray16, [128, 128, 128]),
        ("gray with alpha", ColorSample.grayAlpha, [100, 100, 100, 128]),
        ("16-bit gray with alpha", ColorSample.grayAlpha16, [128, 128, 128, 128]),
        ("16-bit color with alpha", ColorSample.rgba16, [255, 128, 0, 128]),
        ("a palette with transparency", ColorSample.palette, [10, 200, 30, 64]),
        // As libvips' thumbnails have it; there is no one answer for ink.
        ("CMYK without a profile", ColorSample.cmyk, [236, 33, 40]),
        // By Little CMS.
        ("Display P3", ColorSample.displayP3, [215, 93, 32]), ("GIF", PictureFile.gif(), [10, 200, 30]),
    ] as [(String, [UInt8], [Int])])
    func `colors are right`(what: String, bytes: [UInt8], expected: [Int]) throws {
        let picture = try Picture(decoding: bytes, atMost: 100)
        let pixel = try picture.pixels().prefix(picture.bands).map { Int($0) }

        #expect(pixel.count == expected.count, "\(what): \(pixel)")
        #expect(zip(pixel, expected).allSatisfy { abs($0 - $1) <= 2 }, "\(what): \(pixel)")
    }

    @Test(arguments: [
        ColorSample.gray16, ColorSample.grayAlpha, ColorSample.grayAlpha16, ColorSample.rgba16, ColorSample.palette,
        ColorSample.cmyk, ColorSample.displayP3,
    ])
    func `a clean picture is stored as it came, whatever its colors`(bytes: [UInt8]) throws {
        let prepared = try PreparePicture.prepare(bytes)
        #expect(prepared.bytes == nil && !prepared.isBlack)
    }

    @Test func `a picture that is turned keeps its profile`() throws {
        let placed = PictureFile.png(ColorSample.displayP3, adding: [
            PictureFile.chunk("eXIf", TIFFBlock.oriented(6)),
        ])
        let stored = try #require(try PreparePicture.prepare(placed).bytes)
        let picture = try Picture(decoding: stored, atMost: 100)

        #expect(String(decoding: stored, as: UTF8.self).contains("iCCP"))
        #expect(zip(try picture.pixels(), [215, 93, 32]).allSatisfy { abs(Int($0) - $1) <= 2 })
    }
}

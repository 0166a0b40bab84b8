@testable import Core
import TestSupport
import Testing

/// What is read of EXIF, and what may stay of it.
struct ExifBlockTests {
    @Test(arguments: [true, false], 1...8)
    func `the orientation is read in either byte order, with and without a mark`(isLittle: Bool, value: Int) throws {
        for mark in [[], Array("Exif\0\0".utf8)] {
            let exif = try #require(ExifBlock(mark + TIFFBlock.oriented(value, isLittle: isLittle)))
            #expect(exif.orientation == value && exif.isClean == (value == 1) && exif.credits == nil)
        }
    }

    @Test(arguments: [0, 9, 65_535])
    func `an orientation that is none counts as upright and does not stay`(value: Int) throws {
        let exif = try #require(ExifBlock(TIFFBlock.oriented(value)))
        #expect(exif.orientation == 1 && !exif.isClean)
    }

    @Test(arguments: [true, false])
    func `of a camera's block only the artist and the copyright stay`(isLittle: Bool) throws {
        let exif = try #require(ExifBlock(TIFFBlock.camera(orientation: 6, isLittle: isLittle)))
        let credits = try #require(exif.credits)
        let text = String(decoding: credits, as: UTF8.self)

        #expect(exif.orientation == 6 && !exif.isClean)
        #expect(text.contains("Ada\0") && text.contains("© Ada Lovelace\0") && !text.contains("SECRET"))
        let again = try #require(ExifBlock(credits))
        #expect(again.isClean && again.credits == credits, "what is written has nothing to take out")
    }

    @Test func `numbers about the file stay, and each single thing more makes the block unclean`() throws {
        let harmless: [(tag: Int, value: TIFFBlock.Value)] = [
            (0x0112, .short(1)), (0x011A, .rational(72, 1)), (0x0131, .text("Darkroom")),
            (0x8769, .directory([(0x9000, .bytes(Array("0232".utf8))), (0xA001, .short(1)), (0xA002, .long(640))])),
        ]
        #expect(try #require(ExifBlock(TIFFBlock(harmless).bytes)).isClean)

        let extras: [(tag: Int, value: TIFFBlock.Value)] = [
            (0x010F, .text("Maker")), (0x8825, .directory([(1, .text("N"))])), (0x010E, .text("x")), (0xC4A5, .long(1)),
            (0x0131, .text(String(repeating: "x", count: 600))), (0x011B, .bytes([UInt8](repeating: 1, count: 17))),
        ]
        for extra in extras {
            #expect(try #require(ExifBlock(TIFFBlock(harmless + [extra]).bytes)).isClean == false, "\(extra.tag)")
        }
        #expect(try #require(ExifBlock(TIFFBlock(harmless, thumbnail: [1, 2, 3]).bytes)).isClean == false)
        let hidden = TIFFBlock(harmless).bytes + [UInt8](repeating: 65, count: 200)
        #expect(try #require(ExifBlock(hidden)).isClean == false, "bytes that nothing leads to")
        let exposure = TIFFBlock([(0x8769, .directory([(0x927C, .bytes([1, 2, 3, 4]))]))]).bytes
        #expect(try #require(ExifBlock(exposure)).isClean == false)
        #expect(try #require(ExifBlock(TIFFBlock([(0x8769, .long(99_999))]).bytes)).isClean == false)
    }

    @Test func `a block that is cut, loops or lies about its sizes is read within its bounds`() throws {
        let whole = TIFFBlock.camera(orientation: 3)
        for length in 0..<whole.count { _ = ExifBlock(Array(whole.prefix(length))) }
        var chance = Seeded(7)
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<3 { bytes[Int(chance.number(4...Int64(bytes.count - 1)))] = UInt8(chance.number(0...255)) }
            _ = ExifBlock(bytes)
        }
        // A directory that leads to itself, in both ways that there are.
        var loop = TIFFBlock([(0x8769, .long(8))]).bytes
        loop.replaceSubrange(22..<26, with: PictureFile.little(8, 4))
        #expect(ExifBlock(loop)?.isClean == false)
        #expect(ExifBlock(Array("II*\0".utf8) + PictureFile.little(8, 4) + [0xFF, 0xFF]) == nil)
        #expect(ExifBlock([]) == nil && ExifBlock(Array("Exif\0\0".utf8)) == nil && ExifBlock(Sample.text) == nil)
    }

    @Test func `of a text only its first line stays`() throws {
        let block = TIFFBlock([(0x013B, .text("Ada\nSECRET")), (1, .short(1))]).bytes
        let credits = try #require(ExifBlock(block)?.credits)
        #expect(!String(decoding: credits, as: UTF8.self).contains("SECRET"))
        #expect(ExifBlock(TIFFBlock([(0x013B, .text("  ")), (1, .short(1))]).bytes)?.credits == nil)
    }
}

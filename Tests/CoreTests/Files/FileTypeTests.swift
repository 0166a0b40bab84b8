@testable import Core
import Testing
import TestSupport

struct FileTypeTests {
    private func check(_ bytes: [UInt8], for bucket: Bucket = .uploads) throws(AssetError) -> FileCheck {
        let file = IncomingFile(location: "", size: bytes.count, sha256: "", head: bytes, tail: bytes)
        return try FileCheck(file, for: bucket)
    }

    @Test(arguments: [
        (Sample.png(), FileType.png), (Sample.jpeg(), .jpeg), (Sample.gif(), .gif), (Sample.webp("VP8X"), .webp),
        (Sample.webp("VP8L"), .webp),
        (Sample.webp("VP8 "), .webp),
    ])
    func `a picture is known by its bytes, and its size with it`(bytes: [UInt8], type: FileType) throws {
        let found = try check(bytes)

        #expect(found.type == type)
        #expect(found.dimensions == ImageSize(width: 640, height: 480))
    }

    @Test(arguments: [
        (Sample.text, nil), ([0xFF], nil), (Array("{\"a\": 1}".utf8), nil),
        (Array("<svg xmlns=\"x\"/>".utf8), "an SVG"), (Array("\u{FEFF}<?xml version=\"1.0\"?><svg/>".utf8), "an SVG"),
        (Array("<?xml version=\"1.0\"?><rss/>".utf8), "an XML file"), (Array("<!DOCTYPE html>".utf8), "an HTML page"),
        (Array("%PDF-1.7".utf8), "a PDF"), ([0x49, 0x49, 0x2A, 0], "a TIFF"), ([0x4D, 0x4D, 0, 0x2A], "a TIFF"),
        (Array("BM".utf8) + [UInt8](repeating: 0, count: 12), "a BMP"), (Array("8BPS".utf8), "a PSD"),
        (container("mif1"), "a HEIF of an unknown kind"),
        (container("qt  "), "a QuickTime film"), (container("crx "), "a raw photograph"), (container("isom"), "an MP4"),
        ([0xFF, 0x0A], "a JPEG XL"), (container("xxxx"), nil), ([0x50, 0x4B, 0x03, 0x04], "a ZIP"),
    ] as [([UInt8], String?)])
    func `what is no picture is refused, by the name of what it is`(bytes: [UInt8], found: String?) {
        #expect(throws: AssetError.wrongType(found: found, allowed: Bucket.uploads.types)) { try check(bytes) }
    }

    private static func container(_ brand: String) -> [UInt8] {
        [0, 0, 0, 24] + Array("ftyp\(brand)".utf8)
    }

    @Test(arguments: [
        ("heic", [], FileType.heic), ("heix", [], .heic), ("avif", [], .avif), ("avis", ["mif1"], .avif),
        ("mif1", ["miaf", "heic"], .heic), ("mif1", ["miaf", "avif"], .avif), ("msf1", ["hevc"], .heic),
        ("mif1", ["miaf", "jpeg"], nil), ("mif1", [], nil),
    ] as [(String, [String], FileType?)])
    func `HEIC and AVIF are known by their brands`(brand: String, others: [String], type: FileType?) throws {
        let box = Array("ftyp\(brand)\0\0\0\0\(others.joined())".utf8)
        let head = PictureFile.big(box.count + 4, 4) + box

        #expect(FileType(head: head + Array("heicavif".utf8)) == type, "not by what follows the box")
        for length in 0..<head.count { _ = FileType(head: head.prefix(length)) }
        guard let type else { return }
        #expect(try check(head).type == type && check(head).dimensions == nil && type.isConverted && !type.isImage)
    }

    @Test func `nothing at all is refused as that`() {
        #expect(throws: AssetError.empty) { try check([]) }
    }

    @Test func `films are outputs and not uploads`() throws {
        #expect(try check(Sample.mp4, for: .outputs).type == .mp4)
        #expect(try check(Sample.webm, for: .outputs).type == .webm)
        #expect(throws: AssetError.self) { try check(Sample.mp4) }
    }

    @Test(arguments: [
        (Sample.png(), 20), (Sample.jpeg(), 60), (Sample.gif(), 10), (Sample.webp("VP8X"), 28),
        (Sample.webp("VP8L"), 23), (Sample.webp("VP8 "), 28),
    ])
    func `a header cut short is damaged, wherever it is cut`(bytes: [UInt8], whole: Int) {
        for length in 6..<whole {
            #expect(throws: AssetError.self) { try check(Array(bytes.prefix(length))) }
        }
    }

    @Test func `a decompression bomb is refused by what it claims`() {
        #expect(throws: AssetError.tooManyPixels(ImageSize(width: 65_535, height: 65_535))) {
            try check(Sample.png(65_535, 65_535))
        }
        #expect(throws: AssetError.tooManyPixels(ImageSize(width: 16_385, height: 1))) {
            try check(Sample.png(16_385, 1))
        }
        #expect(throws: AssetError.tooManyPixels(ImageSize(width: 10_000, height: 5_001))) {
            try check(Sample.png(10_000, 5_001))
        }
        #expect(throws: AssetError.damaged(.png)) { try check(Sample.png(0, 10)) }
        #expect(throws: AssetError.self) { try check(Sample.png(.max, .max)) }
    }

    @Test func `a size behind much metadata is found`() throws {
        #expect(try check(Sample.jpeg(metadata: 600_000)).dimensions == ImageSize(width: 640, height: 480))
    }
}

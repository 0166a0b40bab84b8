@testable import Core
import TestSupport
import Testing

/// What is taken out of a picture's file, and what stays.
struct PictureCleanerTests {
    private static let profile = Array("ICC_PROFILE\0\u{1}\u{1}a profile of color".utf8)

    private static func plain(_ format: PictureFormat) throws -> [UInt8] {
        guard format != .gif else { return PictureFile.gif() }
        let pixels = (0..<16 * 8 * 3).map { UInt8(truncatingIfNeeded: $0 * 37) }
        let file = try Picture(pixels: pixels, width: 16, height: 8, bands: 3).encoded(format)
        return format == .webp ? WebPChunks.withoutMetadata(file) : file
    }

    /// With everything that a camera or a program may have put in.
    private static func full(_ format: PictureFormat, orientation: Int = 1) throws -> [UInt8] {
        let (plain, exif) = (try plain(format), TIFFBlock.camera(orientation: orientation))
        let secret = Array("SECRET".utf8)
        switch format {
        case .jpeg:
            return PictureFile.jpeg(plain, adding: [
                PictureFile.exifSegment(exif), PictureFile.xmpSegment("<x:xmpmeta exif:GPSLatitude='SECRET'/>"),
                PictureFile.segment(0xE1, Array("http://ns.adobe.com/xmp/extension/\0".utf8) + secret),
                PictureFile.segment(0xE2, profile), PictureFile.segment(0xE2, Array("MPF\0".utf8) + secret),
                PictureFile.segment(0xED, Array("Photoshop 3.0\0".utf8) + secret), PictureFile.segment(0xFE, secret),
                PictureFile.segment(0xE0, Array("JFXX\0".utf8) + secret), PictureFile.segment(0xE5, secret), secret,
                PictureFile.segment(0xEB, Array("JP SECRET manifest".utf8)),
            ]) + secret
        case .png:
            return PictureFile.png(plain, adding: [
                PictureFile.chunk("eXIf", exif), PictureFile.chunk("tEXt", Array("Comment\0SECRET".utf8)),
                PictureFile.chunk("zTXt", Array("Raw profile type exif\0\0SECRET".utf8)),
                PictureFile.chunk("iTXt", Array("XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta a='SECRET'/>".utf8)),
                PictureFile.chunk("iTXt", Array("XML:com.adobe.xmp\0\u{1}\0\0\0SECRET".utf8)),
                PictureFile.chunk("tIME", secret), PictureFile.chunk("prVt", secret),
                PictureFile.chunk("caBX", Array("SECRET manifest".utf8)),
            ]) + secret
        case .webp:
            return PictureFile.webp(plain, width: 16, height: 8, flags: 12, adding: [
                PictureFile.riff("EXIF", exif), PictureFile.riff("XMP ", Array("<x:xmpmeta a='SECRET'/>".utf8)),
                PictureFile.riff("SECR", secret), PictureFile.riff("C2PA", Array("SECRET manifest".utf8)),
            ]) + secret
        case .gif:
            return PictureFile.gif(adding: [
                PictureFile.gifExtension(0xFE, [secret]),
                PictureFile.gifExtension(0xFF, [Array("XMP DataXMP".utf8), secret]),
                PictureFile.gifExtension(0xFF, [Array("NETSCAPE2.0".utf8), [1, 0, 0]]),
                PictureFile.gifExtension(0x77, [secret]),
            ]) + secret
        }
    }

    private func contains(_ bytes: [UInt8], _ word: String) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains(word)
    }

    @Test(arguments: PictureFormat.allCases)
    func `what a camera or a program put in is taken out, and the picture is the same`(format: PictureFormat) throws {
        let file = try Self.full(format)
        #expect(contains(file, "SECRET"))

        let cleaned = try #require(try PictureCleaner.clean(file, format).bytes)

        #expect(!contains(cleaned, "SECRET"))
        let plain = try Picture(decoding: Self.plain(format), atMost: 128).pixels()
        #expect(try Picture(decoding: cleaned, atMost: 128).pixels() == plain)
        if format != .gif { #expect(contains(cleaned, "Ada Lovelace"), "whose it is stays") }
        if format == .jpeg { #expect(contains(cleaned, "a profile of color")) }
        if format == .gif { #expect(contains(cleaned, "NETSCAPE2.0"), "how often it is played") }
    }

    @Test(arguments: PictureFormat.allCases)
    func `cleaning twice is cleaning once, and a clean file keeps its bytes`(format: PictureFormat) throws {
        #expect(try PictureCleaner.clean(Self.plain(format), format).bytes == nil)
        for orientation in 1...8 {
            let cleaned = try PictureCleaner.clean(Self.full(format, orientation: orientation), format)
            #expect(cleaned.orientation == (format == .gif ? 1 : orientation))
            let bytes = try #require(cleaned.bytes)
            #expect(try PictureCleaner.clean(bytes, format) == PictureCleaner.Cleaned(bytes: nil, orientation: 1))
        }
    }

    @Test(arguments: PictureFormat.allCases)
    func `with the profile alone, not even the copyright stays`(format: PictureFormat) throws {
        let cleaned = try #require(try PictureCleaner.clean(Self.full(format), format, keeping: .profileOnly).bytes)

        #expect(!contains(cleaned, "Ada") && !contains(cleaned, "SECRET"))
        if format == .jpeg { #expect(contains(cleaned, "a profile of color")) }
    }

    @Test func `a signed manifest stays in a file that is clean, and goes with the first change`() throws {
        let manifest = Array("JP signed".utf8)
        let jpeg = PictureFile.jpeg(try Self.plain(.jpeg), adding: [PictureFile.segment(0xEB, manifest)])
        #expect(try PictureCleaner.clean(jpeg, .jpeg).bytes == nil)
        let commented = PictureFile.jpeg(jpeg, adding: [PictureFile.segment(0xFE, [1])])
        #expect(try PictureCleaner.clean(commented, .jpeg).bytes == Self.plain(.jpeg))
        let turned = PictureFile.jpeg(jpeg, adding: [PictureFile.exifSegment(TIFFBlock.oriented(3))])
        #expect(try PictureCleaner.clean(turned, .jpeg).bytes == Self.plain(.jpeg))
        let placed = PictureFile.jpeg(try Self.plain(.jpeg), adding: [PictureFile.segment(0xEB, Array("JP GPS".utf8))])
        #expect(try PictureCleaner.clean(placed, .jpeg).bytes == Self.plain(.jpeg))

        let png = PictureFile.png(try Self.plain(.png), adding: [PictureFile.chunk("caBX", manifest)])
        #expect(try PictureCleaner.clean(png, .png).bytes == nil)
        #expect(try PictureCleaner.clean(png + [1], .png).bytes == Self.plain(.png))
    }

    @Test(arguments: ["parameters", "prompt", "workflow", "Author", "Software"])
    func `how a PNG was generated and by whom stays`(key: String) throws {
        let file = PictureFile.png(try Self.plain(.png), adding: [
            PictureFile.chunk("tEXt", Array("\(key)\0a red dress, Steps: 20".utf8)),
        ])
        #expect(try PictureCleaner.clean(file, .png).bytes == nil)
        #expect(try PictureCleaner.clean(file, .png, keeping: .profileOnly).bytes == Self.plain(.png))
    }

    @Test(arguments: PictureFormat.allCases)
    func `zeros and line ends behind the picture stay, anything else goes`(format: PictureFormat) throws {
        let plain = try Self.plain(format)
        #expect(try PictureCleaner.clean(plain + [0, 0, 0x0A, 0x0D, 0x20], format).bytes == nil)
        #expect(try PictureCleaner.clean(plain + [0, 65], format).bytes == plain)
        #expect(try PictureCleaner.clean(plain + Sample.mp4, format).bytes == plain)
    }

    @Test func `a thumbnail in the header of a JPEG goes`() throws {
        let plain = try Self.plain(.jpeg)
        let head = Array("JFIF\0\u{1}\u{1}\u{0}\u{0}\u{1}\u{0}\u{1}".utf8)
        let file = PictureFile.jpeg(plain, adding: [PictureFile.segment(0xE0, head + [1, 1] + [9, 9, 9])])
        let expected = PictureFile.jpeg(plain, adding: [PictureFile.segment(0xE0, head + [0, 0])])
        #expect(try PictureCleaner.clean(file, .jpeg).bytes == expected)
    }

    @Test(arguments: PictureFormat.allCases)
    func `a file that is cut anywhere, or changed, is cleaned within its bounds or refused`(
        format: PictureFormat
    ) throws {
        let file = try Self.full(format, orientation: 6)
        let length = try #require(try PictureCleaner.clean(file, format).bytes).count
        for count in 0..<min(length, file.count - 12) {
            do throws(PictureError) { _ = try PictureCleaner.clean(Array(file.prefix(count)), format) } catch {
                #expect(error != .busy)
            }
        }
        #expect(throws: PictureError.self) { try PictureCleaner.clean(Array(file.prefix(40)), format) }
        var chance = Seeded(11)
        for _ in 0..<300 {
            var changed = file
            for _ in 0..<3 { changed[Int(chance.number(8...Int64(file.count - 1)))] = UInt8(chance.number(0...255)) }
            do throws(PictureError) {
                guard let bytes = try PictureCleaner.clean(changed, format).bytes else { continue }
                #expect(try PictureCleaner.clean(bytes, format).bytes == nil, "cleaning twice is cleaning once")
            } catch {
                #expect(error != .busy)
            }
        }
    }

    @Test func `pieces without number are refused`() throws {
        let plain = try Self.plain(.jpeg)
        let pieces = Array(repeating: [0] + PictureFile.segment(0xDB, []), count: 60_000).flatMap { $0 }
        let file = PictureFile.jpeg(plain, adding: [pieces])
        #expect(throws: PictureError.self) { try PictureCleaner.clean(file, .jpeg) }
    }
}

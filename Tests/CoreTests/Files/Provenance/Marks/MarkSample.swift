@testable import Core
import TestSupport

/// Pictures to be marked, with whatever else files have in them.
enum MarkSample {
    static let packet = { () -> [UInt8] in
        var packet = ProvenancePacket(.created)
        packet.system = "FLUX.1 [dev]"
        packet.tool = "Darkroom 1.2"
        return packet.bytes
    }()

    static let profile = Array("ICC_PROFILE\0\u{1}\u{1}a profile of color".utf8)
    static let old = "<x:xmpmeta OLD/>"

    static func picture(_ format: PictureFormat, alpha: Bool = false) throws -> [UInt8] {
        let bands = alpha ? 4 : 3
        let pixels = (0..<17 * 9 * bands).map { UInt8(truncatingIfNeeded: $0 * 37) }
        let file = try Picture(pixels: pixels, width: 17, height: 9, bands: bands).encoded(format)
        return format == .webp ? WebPChunks.withoutMetadata(file) : file
    }

    struct Variant: Sendable, CustomStringConvertible {
        let description: String
        let format: PictureFormat
        let file: [UInt8]
    }

    /// Each format with and without each of what it can have.
    static func all() throws -> [Variant] {
        var variants: [Variant] = []
        func add(_ name: String, _ format: PictureFormat, _ file: [UInt8]) {
            variants.append(Variant(description: "\(format.rawValue), \(name)", format: format, file: file))
            variants.append(Variant(
                description: "\(format.rawValue), \(name), bytes behind it", format: format, file: file + [0, 10, 65]))
        }
        let tiff = TIFFBlock.camera()
        let jpeg = try picture(.jpeg)
        add("plain", .jpeg, jpeg)
        add("EXIF", .jpeg, PictureFile.jpeg(jpeg, adding: [PictureFile.exifSegment(tiff)]))
        add("XMP", .jpeg, PictureFile.jpeg(jpeg, adding: [PictureFile.xmpSegment(old), PictureFile.xmpSegment(old)]))
        add("all", .jpeg, PictureFile.jpeg(jpeg, adding: [
            PictureFile.segment(0xE2, profile), PictureFile.exifSegment(tiff), PictureFile.xmpSegment(old),
            PictureFile.segment(0xE1, Array("http://ns.adobe.com/xmp/extension/\0OLD".utf8)),
            PictureFile.segment(0xFE, [1, 2, 3]),
        ]))
        for alpha in [false, true] {
            let png = try picture(.png, alpha: alpha)
            let text = alpha ? "alpha" : "opaque"
            add(text, .png, png)
            add("\(text), EXIF", .png, PictureFile.png(png, adding: [PictureFile.chunk("eXIf", tiff)]))
            add("\(text), XMP", .png, PictureFile.png(png, adding: [
                PictureFile.chunk("iTXt", Array(("XML:com.adobe.xmp\0\0\0\0\0" + old).utf8)),
                PictureFile.chunk("zTXt", Array("XML:com.adobe.xmp\0\0OLD".utf8)),
                PictureFile.chunk("tEXt", Array("Title\0stays".utf8)),
            ]))
            let webp = try picture(.webp, alpha: alpha)
            add(text, .webp, webp)
            if !alpha {
                add("extended, EXIF, XMP", .webp, PictureFile.webp(
                    webp, width: 17, height: 9, flags: 12, adding: [
                        PictureFile.riff("EXIF", tiff), PictureFile.riff("XMP ", Array(old.utf8)),
                    ]))
            }
        }
        add("animated", .webp, PreviewSample.webp.bytes)
        return variants
    }

    /// How often `part` is in `file`.
    static func count(_ part: [UInt8], in file: [UInt8]) -> Int {
        file.ranges(of: part).count
    }
}

/// What a refused file is, so that its sender knows what to convert. It decides nothing: `FileType` does.
struct FileDescription {
    /// With its article, such as `a TIFF`.
    let text: String

    /// Returns nil if the bytes begin nothing known.
    init?(head: some Collection<UInt8>) {
        let head = Array(head.prefix(512))
        guard let text = FileType(head: head)?.withArticle ?? Self.container(head) ?? Self.signature(head)
            ?? Self.markup(head)
        else { return nil }
        self.text = text
    }

    /// The brands of ISO base media files, registered at mp4ra.org.
    private static func container(_ head: [UInt8]) -> String? {
        guard head.count >= 12, head[4..<8].elementsEqual("ftyp".utf8) else { return nil }
        return switch String(decoding: head[8..<12], as: UTF8.self) {
        case "mif1", "msf1": "a HEIF of an unknown kind"
        case "qt  ": "a QuickTime film"
        case "crx ": "a raw photograph"
        default: nil
        }
    }

    private static let signatures: [(bytes: [UInt8], text: String)] = [
        ([0x49, 0x49, 0x2A, 0x00], "a TIFF"), ([0x4D, 0x4D, 0x00, 0x2A], "a TIFF"), (Array("BM".utf8), "a BMP"),
        ([0xFF, 0x0A], "a JPEG XL"), ([0, 0, 0, 12] + Array("JXL ".utf8), "a JPEG XL"),
        ([0, 0, 0, 12] + Array("jP  ".utf8), "a JPEG 2000"), ([0x00, 0x00, 0x01, 0x00], "an icon"),
        (Array("8BPS".utf8), "a PSD"), (Array("%PDF-".utf8), "a PDF"), ([0x1F, 0x8B], "a gzip archive"),
        ([0x1A, 0x45, 0xDF, 0xA3], "a Matroska film"), (Array("\u{7F}ELF".utf8), "a program"),
    ]

    private static func signature(_ head: [UInt8]) -> String? {
        signatures.first { head.starts(with: $0.bytes) }?.text
    }

    private static func markup(_ head: [UInt8]) -> String? {
        let text = String(decoding: head, as: UTF8.self).lowercased()
            .drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        if text.hasPrefix("<svg") || text.hasPrefix("<?xml") && text.contains("<svg") { return "an SVG" }
        if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") { return "an HTML page" }
        return text.hasPrefix("<?xml") ? "an XML file" : nil
    }
}

extension FileType {
    /// Its name in a sentence about a file, such as `a PNG`.
    var withArticle: String {
        self == .mp4 || self == .avif ? "an \(name)" : "a \(name)"
    }
}

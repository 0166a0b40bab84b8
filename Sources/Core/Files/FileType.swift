/// What a file is, by its first bytes: the one place that decides it. A header or a name only says what somebody hopes
/// that it is.
package enum FileType: String, Sendable, Hashable, CaseIterable {
    case jpeg, png, webp, gif, mp4, webm, zip
    /// Taken in and converted, never stored.
    case heic, avif

    /// Returns nil if the bytes begin none of these.
    package init?(head: some Collection<UInt8>) {
        let head = Array(head.prefix(64))
        if head.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if head.starts(with: "GIF87a".utf8) || head.starts(with: "GIF89a".utf8) {
            self = .gif
        } else if head.starts(with: "RIFF".utf8), head.dropFirst(8).starts(with: "WEBP".utf8) {
            self = .webp
        } else if let type = Self.container(head) {
            self = type
        } else if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]), Self.contains("webm", in: head) {
            self = .webm
        } else if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            self = .zip
        } else {
            return nil
        }
    }

    /// The type that `contentType` names, whose parameters are ignored. Returns nil if it names none of these.
    package init?(contentType: String) {
        let essence = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard let type = Self.allCases.first(where: { $0.contentType == essence }) else { return nil }
        self = type
    }

    package var contentType: String {
        switch self {
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        case .webp: "image/webp"
        case .gif: "image/gif"
        case .mp4: "video/mp4"
        case .webm: "video/webm"
        case .zip: "application/zip"
        case .heic: "image/heic"
        case .avif: "image/avif"
        }
    }

    package var fileExtension: String { self == .jpeg ? "jpg" : rawValue }

    /// As people write it.
    package var name: String {
        switch self {
        case .jpeg, .png, .gif, .mp4, .zip, .heic, .avif: rawValue.uppercased()
        case .webp: "WebP"
        case .webm: "WebM"
        }
    }

    /// Whether thumbnails can be made of it.
    var hasPreview: Bool { self != .zip && !isConverted }

    /// A picture that this process decodes.
    package var isImage: Bool { PictureFormat(self) != nil }

    /// A picture that another process decodes, and that is stored as JPEG or PNG.
    var isConverted: Bool { self == .heic || self == .avif }

    /// The same container holds films, HEIC and AVIF pictures, which differ by their brands alone.
    private static func container(_ head: [UInt8]) -> FileType? {
        guard head.count >= 12, head[4..<8].elementsEqual("ftyp".utf8) else { return nil }
        return switch String(decoding: head[8..<12], as: UTF8.self) {
        case "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "isoa", "isob", "isoc", "mp41",
            "mp42", "avc1", "av01", "dash", "cmfc", "cmf2", "M4V ", "M4VH", "M4VP", "MSNV": .mp4
        case "heic", "heix", "heim", "heis", "hevc", "hevx": .heic
        case "avif", "avis": .avif
        // Any picture in this container; what it is decoded as is among the brands that follow.
        case "mif1", "msf1", "miaf", "1pic": compatible(head)
        default: nil
        }
    }

    private static func compatible(_ head: [UInt8]) -> FileType? {
        let end = min(ByteReader(head).big32(at: 0) ?? 0, head.count)
        for position in stride(from: 16, to: end - 3, by: 4) {
            switch String(decoding: head[position..<position + 4], as: UTF8.self) {
            case "avif", "avis": return .avif
            case "heic", "heix", "heim", "heis", "hevc", "hevx": return .heic
            default: continue
            }
        }
        return nil
    }

    private static func contains(_ word: String, in head: [UInt8]) -> Bool {
        let word = Array(word.utf8)
        guard head.count >= word.count else { return false }
        return (0...(head.count - word.count)).contains { head[$0..<($0 + word.count)].elementsEqual(word) }
    }
}

import CVips

/// The still formats that are taken in and made. What a picture is, its first bytes say, never a header or a name.
package enum PictureFormat: String, Sendable, Hashable, CaseIterable {
    case jpeg, png, webp, gif

    /// The format that the bytes begin with.
    package init?(sniffing bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(12))
        if head.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if head.starts(with: Array("RIFF".utf8)), head.dropFirst(8).elementsEqual("WEBP".utf8) {
            self = .webp
        } else if head.starts(with: Array("GIF87a".utf8)) || head.starts(with: Array("GIF89a".utf8)) {
            self = .gif
        } else {
            return nil
        }
    }

    package var contentType: String { "image/" + rawValue }

    package var fileExtension: String { self == .jpeg ? "jpg" : rawValue }

    var loader: darkroom_loader {
        switch self {
        case .jpeg: DARKROOM_LOADER_JPEG
        case .png: DARKROOM_LOADER_PNG
        case .webp: DARKROOM_LOADER_WEBP
        case .gif: DARKROOM_LOADER_GIF
        }
    }
}

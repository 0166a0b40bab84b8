import CVips

/// The formats of still pictures that are read and written.
package enum PictureFormat: String, Sendable, Hashable, CaseIterable {
    case jpeg, png, webp, gif

    /// Of a file that begins with `bytes`. Returns nil if that is not a picture.
    package init?(sniffing bytes: some Collection<UInt8>) {
        guard let type = FileType(head: bytes) else { return nil }
        self.init(type)
    }

    /// Returns nil if a file of that type is not a picture.
    package init?(_ type: FileType) {
        switch type {
        case .jpeg: self = .jpeg
        case .png: self = .png
        case .webp: self = .webp
        case .gif: self = .gif
        case .mp4, .webm, .zip, .heic, .avif: return nil
        }
    }

    var fileType: FileType {
        switch self {
        case .jpeg: .jpeg
        case .png: .png
        case .webp: .webp
        case .gif: .gif
        }
    }

    package var contentType: String { fileType.contentType }
    var fileExtension: String { fileType.fileExtension }

    var loader: darkroom_loader {
        switch self {
        case .jpeg: DARKROOM_LOADER_JPEG
        case .png: DARKROOM_LOADER_PNG
        case .webp: DARKROOM_LOADER_WEBP
        case .gif: DARKROOM_LOADER_GIF
        }
    }
}

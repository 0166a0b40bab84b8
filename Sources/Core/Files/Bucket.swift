import SQL

/// Where a file belongs, which also says what may be in it and how much.
package enum Bucket: String, Sendable, Hashable, CaseIterable, SQLConvertible {
    /// What people send.
    case uploads
    /// What jobs made.
    case outputs
    /// Training sets and weights of custom models.
    case models
    /// Small copies of the others, which are made again when they are missing.
    case thumbnails

    /// The most bytes that one file may have.
    package var sizeLimit: Int {
        switch self {
        case .uploads: 10 << 20
        case .outputs: 50 << 20
        case .models: 2 << 30
        case .thumbnails: 2 << 20
        }
    }

    /// What may be sent. A HEIC or an AVIF is stored as JPEG or PNG.
    package var types: Set<FileType> {
        switch self {
        case .uploads: [.jpeg, .png, .webp, .gif, .heic, .avif]
        case .outputs: [.jpeg, .png, .webp, .gif, .heic, .avif, .mp4, .webm]
        case .models: [.zip]
        case .thumbnails: [.webp]
        }
    }
}

/// Why a file is refused, or an asset not changed.
package enum AssetError: Error, Sendable, Hashable {
    case notFound
    case empty
    /// The bytes are of a type that is not taken here.
    ///
    /// - Parameter found: What they are, with its article, such as `a TIFF`. Nil if that is unknown.
    case wrongType(found: String?, allowed: Set<FileType>)
    /// The header does not say what it must, or is cut short.
    case damaged(FileType)
    case tooManyPixels(ImageSize)
    /// Within the bounds in pixels, but a decoder would hold too many bytes for each of them.
    case decodesTooLarge(ImageSize, bytes: Int)
    /// An animation.
    case tooManyFrames(Int)
    /// It takes more time or memory to decode than its header let expect.
    case tooCostly(FileType)
    /// This server has nothing to convert it with.
    case notConvertible(FileType)
    /// Too many pictures wait to be decoded.
    case busy
    case tooLarge(limit: Int)
    case quotaExceeded(used: Int, limit: Int)
    case tooManyUploads(limit: Int, retryAfter: Duration)
    /// So many files of the account are arriving already.
    case tooManyAtOnce(limit: Int)
    case inUse(by: ID<Job>)
    /// It can only be restored or deleted.
    case inTrash
    case invalidName
    case invalidTags
    /// A file of the same key is being removed, or was removed before it got its row: store it again.
    case removedMeanwhile
}

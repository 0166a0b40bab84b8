/// Why a thumbnail that was asked for is not there.
package enum PreviewError: Error, Sendable, Hashable {
    /// Nothing can be made of the file.
    case unavailable
    /// It is made elsewhere, or making it failed and is tried again later.
    case pending(retryAfter: Duration)
    /// So many are being made, or waited for, on this node.
    case busy
}

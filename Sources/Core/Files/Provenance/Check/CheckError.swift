/// Why a file is not checked, besides what `AssetError` says of the file itself.
package enum CheckError: Error, Sendable, Hashable {
    /// So many checks of the network are under way on this node, or of all networks.
    case tooManyAtOnce
    /// The network checked too many files lately.
    case throttled(Throttled)
}

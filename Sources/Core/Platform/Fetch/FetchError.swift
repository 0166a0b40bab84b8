/// Why something from outside could not be fetched, and whether it is worth trying again.
package enum FetchError: Error, Sendable, Hashable {
    /// Not an address that we fetch: another scheme, a user or password in it, or no address at all.
    case invalidAddress
    case privateAddress(host: String)
    /// http where only https may be used.
    case unencrypted(host: String)
    case unresolved(host: String)
    case tooManyRedirects
    case status(Int, retryAfter: Duration?)
    case tooLarge(limit: Int)
    /// The body ended before it was whole.
    case truncated
    case timedOut
    case unreachable(String)
    /// We fetch as much as we may already.
    case busy

    package var isTransient: Bool {
        switch self {
        case .unresolved, .truncated, .timedOut, .unreachable, .busy: true
        case .status(let status, _): status == 408 || status == 425 || status == 429 || status >= 500
        case .invalidAddress, .privateAddress, .unencrypted, .tooManyRedirects, .tooLarge: false
        }
    }
}

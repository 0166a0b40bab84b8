import NIOHTTP1

extension HTTPHeaders {
    /// How long the server asks to wait, at most an hour. A date is allowed there as well; it is left to the caller's
    /// own backoff.
    var retryAfter: Duration? {
        first(name: "Retry-After").flatMap { Int64($0) }.map { .seconds(Swift.min(Swift.max($0, 0), 3600)) }
    }
}

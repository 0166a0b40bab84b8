/// How long a link is valid, apart from the time at which it expires.
package enum LinkScope: Sendable, Hashable {
    /// Until the links of the asset are revoked, which begins another epoch.
    case epoch(Int)
    /// While a job that has the asset as its input has not ended.
    case input

    /// As the link says it. The first epoch is said by saying nothing, as links did before there were others.
    var text: String? {
        switch self {
        case .epoch(0): nil
        case .epoch(let epoch): "\(epoch)"
        case .input: "input"
        }
    }

    /// Returns nil for what `text` never is: each scope has one spelling, so that a link has one signature.
    init?(text: String?) {
        switch text {
        case nil: self = .epoch(0)
        case "input": self = .input
        case let text?:
            guard let epoch = Int(text), epoch > 0, "\(epoch)" == text else { return nil }
            self = .epoch(epoch)
        }
    }
}

/// What a link permits that we signed and that has not expired.
package struct CheckedLink: Sendable, Hashable {
    package let key: StorageKey
    package let scope: LinkScope
    package let expiresAt: Instant
}

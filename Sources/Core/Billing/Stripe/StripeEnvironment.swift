import SQL

/// One Stripe as one of its keys sees it: its name, and `live` or `test`. Ids of one environment mean nothing in
/// another. Its column is named `environment`.
package struct StripeEnvironment: Sendable, Hashable, RawRepresentable, SQLConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    init(_ name: String, isLive: Bool) {
        rawValue = "\(name) \(isLive ? "live" : "test")"
    }
}

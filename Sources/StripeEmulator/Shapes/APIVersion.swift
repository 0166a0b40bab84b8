/// A version of Stripe's API, such as `2026-10-28.endive`.
package struct APIVersion: Sendable, Hashable, Codable {
    package let text: String

    /// What the rest of Darkroom is written for.
    package static let current = APIVersion(trusted: "2026-10-28.endive")
    /// The last of those whose invoices name their subscription themselves.
    static let lastBeforeBasil = APIVersion(trusted: "2025-02-24.acacia")

    private init(trusted text: String) {
        self.text = text
    }

    /// Returns nil unless it is a date, with or without a name behind it.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let date = parts[0].utf8
        guard parts.count <= 2, date.count == 10,
            parts.count == 1 || !parts[1].isEmpty && parts[1].allSatisfy({ $0.isLowercase }) else {
            return nil
        }
        for (index, byte) in date.enumerated() {
            guard [4, 7].contains(index) ? byte == UInt8(ascii: "-") : (48...57).contains(byte) else { return nil }
        }
        self.text = text
    }

    /// Until then an invoice named its subscription and its payment itself, a line its price, and a subscription its
    /// period.
    var isBeforeBasil: Bool { text.prefix(10) < "2025-03-31" }
    /// Whether hosted pages are called `hosted_page`; before it was `hosted`.
    var hasHostedPage: Bool { text.prefix(10) >= "2026-03-25" }
}

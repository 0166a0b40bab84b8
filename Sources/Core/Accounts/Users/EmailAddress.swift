import Crypto
import Foundation

/// An address as a person wrote it, and as it is compared.
///
/// The form is that of HTML's email field: ASCII only, so that no two addresses look alike and a domain in another
/// script is written in its encoded form.
package struct EmailAddress: Sendable, Hashable {
    package let text: String

    /// Nil unless `text` is an address.
    package init?(_ text: String) {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)[...]
        guard (3...254).contains(trimmed.utf8.count), let at = trimmed.lastIndex(of: "@") else { return nil }
        guard Self.isLocalPart(trimmed[..<at]), Self.isDomain(trimmed[trimmed.index(after: at)...]) else { return nil }
        self.text = String(trimmed)
    }

    /// Two addresses with the same key belong to one person.
    package var key: String { text.lowercased() }

    private static func isLocalPart(_ part: Substring) -> Bool {
        (1...64).contains(part.utf8.count) && part.utf8.allSatisfy { isAlphanumeric($0) || marks.contains($0) }
    }

    private static let marks = Set(".!#$%&'*+/=?^_`{|}~-".utf8)

    private static func isDomain(_ domain: Substring) -> Bool {
        domain.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}

extension EmailAddress {
    /// Identifies the address where the address itself must not be stored.
    var digest: String { Self.digest(ofKey: key) }

    static func digest(ofKey key: String) -> String { Hex.text(SHA256.hash(data: Data(key.utf8))) }
}

/// What keys of others look like: enough to tell that something else was put in their place. Whether a key is accepted,
/// only its issuer knows.
enum KeyShape {
    /// An id and a secret.
    static func isFal(_ key: String) -> Bool {
        let parts = key.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isVisible) }
    }

    /// A secret key, a restricted one, or one of an organization.
    static func isStripe(_ key: String) -> Bool {
        let marks = ["sk_live_", "sk_test_", "rk_live_", "rk_test_", "sk_org_"]
        guard let mark = marks.first(where: { key.hasPrefix($0) }) else { return false }
        let rest = key.utf8.dropFirst(mark.utf8.count)
        return !rest.isEmpty && rest.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
    }

    private static func isVisible(_ byte: UInt8) -> Bool { (33...126).contains(byte) }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}

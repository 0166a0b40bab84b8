import Crypto
import Foundation

/// A long-lived key that an app signs its requests with. It belongs to one account; the key itself is shown once and
/// only its digest is stored.
package struct APIKey: Sendable, Hashable {
    package let id: ID<APIKey>
    package let account: ID<Account>
    package let createdBy: ID<User>?
    package let name: String
    /// Enough of the key for its owner to recognize it.
    package let prefix: String
    package let createdAt: Instant
    package let lastUsedAt: Instant?
}

extension APIKey {
    package static let mark = "dk_"
    /// 43 characters out of 62 hold 256 bits.
    private static let length = 43
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    static func makeSecret() -> String {
        var generator = SystemRandomNumberGenerator()
        return mark + String((0..<length).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] })
    }

    /// A key has 256 bits of its own, so a plain digest of it cannot be searched, and needs no salt.
    static func digest(of secret: String) -> String {
        Hex.text(SHA256.hash(data: Data(secret.utf8)))
    }

    static func prefix(of secret: String) -> String {
        String(secret.prefix(mark.count + 6))
    }
}

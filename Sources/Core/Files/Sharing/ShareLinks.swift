import Crypto
import Foundation

/// Makes and reads the links to shared outputs. A link names its share by a random number, which is signed: its owner
/// can see it again although it is not stored, the database alone opens nothing, and a guess costs no query.
package struct ShareLinks: Sendable {
    private let key: SymmetricKey
    private let publicURL: String

    /// - Parameters:
    ///   - secret: At least 32 bytes, used for nothing else.
    ///   - publicURL: Where the outside world finds this server, such as `https://pictures.example.com`.
    package init(secret: [UInt8], publicURL: String) {
        precondition(secret.count >= 32, "links are signed with at least 32 bytes")
        key = SymmetricKey(data: secret)
        self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
    }

    /// Of the page.
    package func url(of share: ID<Share>) -> String { publicURL + path(of: share) }

    /// The same below the server's address.
    package func path(of share: ID<Share>) -> String { "/s/" + token(of: share) }

    /// The 16 bytes of the number and 16 of its signature.
    func token(of share: ID<Share>) -> String {
        let number = Hex.bytes(share.rawValue.replacing("-", with: "")) ?? []
        return Base64URL.text(number + HMAC<SHA256>.authenticationCode(for: Data(number), using: key).prefix(16))
    }

    /// Returns nil for what this installation did not make, and for another spelling of what it made.
    func share(of token: String) -> ID<Share>? {
        guard token.utf8.count == 43, let bytes = Base64URL.bytes(token), bytes.count == 32 else { return nil }
        guard let share = ID<Share>(checking: Hex.uuid(bytes.prefix(16))) else { return nil }
        return isSameSecret(token, self.token(of: share)) ? share : nil
    }
}

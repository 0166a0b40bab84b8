package import Crypto
import Foundation

/// The public keys by which webhooks are verified, in the form of a JSON Web Key Set (RFC 7517, RFC 8037).
package struct FalKeySet: Sendable, Hashable, Codable {
    package struct Key: Sendable, Hashable, Codable {
        let kty: String
        let crv: String?
        /// The key's 32 bytes, base64url without padding.
        let x: String?
        let kid: String?
        let use: String?
        let alg: String?
    }

    package let keys: [Key]

    package init(_ keys: [Curve25519.Signing.PublicKey]) {
        self.keys = keys.map { key in
            let digest = SHA256.hash(data: key.rawRepresentation)
            return Key(
                kty: "OKP", crv: "Ed25519", x: Base64URL.text(key.rawRepresentation),
                kid: String(Hex.text(digest).prefix(16)), use: "sig", alg: "EdDSA")
        }
    }

    /// The keys that can verify a webhook; the set may hold others, which are passed over.
    package var publicKeys: [Curve25519.Signing.PublicKey] {
        keys.compactMap { key in
            guard key.kty == "OKP", key.crv == "Ed25519", let x = key.x, let bytes = Base64URL.bytes(x)
            else { return nil }
            return try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
        }
    }
}

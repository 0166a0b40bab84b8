import Crypto
import Foundation
import JWTKit

/// A key of this installation that access tokens are signed with (ES256).
struct SigningKey: Sendable {
    /// The key's thumbprint (RFC 7638), so that the same key has the same name everywhere.
    let id: String
    let privateKey: ES256PrivateKey
    /// The public half, as published.
    let published: JSON

    init(pem: String) throws {
        privateKey = try ES256PrivateKey(pem: pem)
        let point = try P256.Signing.PrivateKey(pemRepresentation: pem).publicKey.rawRepresentation
        let (x, y) = (Base64URL.text(point.prefix(32)), Base64URL.text(point.suffix(32)))
        let members: JSON = ["crv": "P-256", "kty": "EC", "x": .string(x), "y": .string(y)]
        id = Base64URL.text(SHA256.hash(data: Data(members.text.utf8)))
        published = [
            "alg": "ES256", "crv": "P-256", "key_ops": ["verify"], "kid": .string(id), "kty": "EC", "use": "sig",
            "x": .string(x), "y": .string(y),
        ]
    }
}

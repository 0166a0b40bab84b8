package import Crypto

/// Signs webhooks as fal does, for the sandbox and the tests.
package struct FalSigner: Sendable {
    package let userID: String
    private let key: Curve25519.Signing.PrivateKey

    package init(userID: String, key: Curve25519.Signing.PrivateKey) {
        self.userID = userID
        self.key = key
    }

    package var keySet: FalKeySet { FalKeySet([key.publicKey]) }

    /// The same key under another account's name, to test that the name is checked.
    package func named(_ userID: String) -> FalSigner { FalSigner(userID: userID, key: key) }

    package func sign(_ body: [UInt8], requestID: String, at now: Instant) throws -> FalSignature {
        let timestamp = String(now.seconds)
        let message = FalSignature.message(requestID: requestID, userID: userID, timestamp: timestamp, body: body)
        return FalSignature(
            requestID: requestID, userID: userID, timestamp: timestamp,
            signature: Hex.text(try key.signature(for: message)))
    }
}

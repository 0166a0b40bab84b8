package import Crypto
import Foundation

/// Who signs content credentials.
package struct SigningIdentity: Sendable {
    let key: P256.Signing.PrivateKey
    /// In DER, the key's own first. They go into every signature.
    package let chain: [[UInt8]]
    /// In DER, what a verifier has to trust.
    package let root: [UInt8]

    /// - Parameter root: Nil if it is the last of the chain.
    package init(key: P256.Signing.PrivateKey, chain: [[UInt8]], root: [UInt8]? = nil) {
        self.key = key
        self.root = root ?? chain.last ?? []
        self.chain = chain
    }

    package var rootPEM: String { PEM.text(root) }
}

extension SigningIdentity: CustomStringConvertible, CustomReflectable {
    package var description: String { "SigningIdentity" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A certificate as text (RFC 7468).
enum PEM {
    private static let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")

    static func text(_ certificate: [UInt8]) -> String {
        let base64 = Data(certificate).base64EncodedString()
        var lines = [begin]
        var rest = base64[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(64)))
            rest = rest.dropFirst(64)
        }
        return (lines + [end, ""]).joined(separator: "\n")
    }
}

import Crypto
import Foundation

extension Sequence<UInt8> {
    var hexadecimal: String { Hex.text(self) }

    /// Base64 for addresses and tokens (RFC 4648 §5), without padding.
    var base64URL: String {
        Data(self).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

/// Whether two secrets are the same, in a time that tells nothing of where they differ or how long they are.
package func isSameSecret(_ one: String, _ other: String) -> Bool {
    SHA256.hash(data: Data(one.utf8)) == SHA256.hash(data: Data(other.utf8))
}

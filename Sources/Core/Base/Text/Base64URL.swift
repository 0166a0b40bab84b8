import Foundation

/// Base64 for addresses and tokens (RFC 4648 §5).
enum Base64URL {
    /// Without padding.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Returns nil if `text` is not base64, in this alphabet or the usual one, with or without padding. Several texts
    /// have the same bytes: if only one may count, compare with `text(_:)` of the result.
    static func bytes(_ text: String) -> Data? {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/").replacing("=", with: "")
        return Data(base64Encoded: standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4))
    }
}

import Core
import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// Checks `Authorization: Key …` as fal does, and the token with which files are uploaded.
struct KeyCheck: Sendable {
    /// The only key that is accepted; nil accepts any.
    let key: String?
    /// Signs upload tokens, which are valid as long as the process runs.
    private let uploadSecret = SymmetricKey(size: .bits256)

    init(key: String?) {
        self.key = key
    }

    /// As fal says it, and where the right key is.
    static let unknownKey = """
        No user found for Key ID and Secret. The key of a server's sandbox is sandboxKey in the server.json of its \
        data folder.
        """

    /// The caller's key. Throws fal's refusal as a response.
    func caller(_ headers: HTTPFields) throws(Refusal) -> String {
        let parts = (headers[.authorization] ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "key" || parts[0].lowercased() == "bearer" else {
            throw Refusal(text: "Authentication is required to access this application.")
        }
        let given = String(parts[1])
        if let key, !Self.areEqual(given, key) { throw Refusal(text: Self.unknownKey) }
        return given
    }

    var uploadToken: String {
        Hex.text(HMAC<SHA256>.authenticationCode(for: Data("upload".utf8), using: uploadSecret))
    }

    /// For uploads: the token, or the key itself.
    func checkUpload(_ headers: HTTPFields) throws(Refusal) {
        let token = (headers[.authorization] ?? "").split(separator: " ", maxSplits: 1).last.map(String.init) ?? ""
        if Self.areEqual(token, uploadToken) { return }
        _ = try caller(headers)
    }

    struct Refusal: Error {
        let text: String

        var response: Response { FalResponse.error(401, text) }
    }

    /// Digests compare in constant time.
    private static func areEqual(_ one: String, _ other: String) -> Bool {
        SHA256.hash(data: Data(one.utf8)) == SHA256.hash(data: Data(other.utf8))
    }
}

import Crypto
import Foundation

/// Makes and checks the links that files are opened with. A link is itself the right to read one file until it expires,
/// so it can be handed to a browser, a cache or a provider that has no account with us.
package struct FileLinks: Sendable {
    private let key: SymmetricKey
    private let publicURL: String
    private let time: Time

    /// - Parameters:
    ///   - secret: At least 32 bytes, used for nothing else.
    ///   - publicURL: Where the outside world finds this server, such as `https://pictures.example.com`.
    package init(secret: [UInt8], publicURL: String, time: Time) {
        precondition(secret.count >= 32, "links are signed with at least 32 bytes")
        key = SymmetricKey(data: secret)
        self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        self.time = time
    }

    /// How long a link lives unless a lifetime is given.
    package static let lifetime = Duration.seconds(3600)
    /// Expiries are rounded up to this, so that all views within it share one address and caches can work.
    package static let window = Duration.seconds(900)
    static let longestLifetime = Duration.seconds(7 * 86_400)

    /// - Parameters:
    ///   - lifetime: Taken exactly, between a second and seven days. Nil means an hour, rounded up to the window.
    ///   - download: The name under which a browser saves the file instead of showing it.
    package func link(to file: StorageKey, lifetime: Duration? = nil, download: String? = nil) -> SignedLink {
        let expiresAt = expiry(lifetime)
        var query = "expires=\(expiresAt.seconds)"
        if let download { query += "&download=\(download.percentEncoded)" }
        let signature = Base64URL.text(code(of: file, expiresAt, download))
        return SignedLink(
            url: "\(publicURL)/files/\(file)?\(query)&signature=\(signature)", expiresAt: expiresAt)
    }

    /// Returns when the link expires, if we signed it and that has not passed.
    package func check(
        _ file: StorageKey, expires: String?, download: String?, signature: String?
    ) throws(LinkError) -> Instant {
        guard let expires, let seconds = Int64(expires), (0...Int64(UInt32.max)).contains(seconds),
            String(seconds) == expires, let signature = signature.flatMap(Self.bytes(base64URL:))
        else { throw .invalid }
        let expiresAt = Instant(seconds: seconds)
        // Compares in constant time.
        let message = message(file, expiresAt, download)
        guard HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: message, using: key) else {
            throw .invalid
        }
        guard time.now() < expiresAt else { throw .expired }
        return expiresAt
    }

    private func expiry(_ lifetime: Duration?) -> Instant {
        if let lifetime {
            // Whole seconds, up: a link of one second must not be dead on arrival.
            let exact = time.now() + min(max(lifetime, .seconds(1)), Self.longestLifetime)
            return Instant(seconds: (exact.milliseconds + 999) / 1000)
        }
        let window = Self.window.milliseconds
        return Instant(rawValue: ((time.now() + Self.lifetime).milliseconds + window - 1) / window * window)
    }

    private func code(of file: StorageKey, _ expiresAt: Instant, _ download: String?) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: message(file, expiresAt, download), using: key)
    }

    /// A line each. Neither a key nor a number has a line break in it, so no two links have one message.
    private func message(_ file: StorageKey, _ expiresAt: Instant, _ download: String?) -> Data {
        Data("file\n\(file)\n\(expiresAt.seconds)\n\(download.map { "download \($0)" } ?? "show")".utf8)
    }

    /// Accepts only the one spelling that we write: 32 bytes are 43 characters.
    private static func bytes(base64URL text: String) -> Data? {
        guard text.utf8.count == 43, let data = Base64URL.bytes(text), Base64URL.text(data) == text else { return nil }
        return data
    }
}

package struct SignedLink: Sendable, Hashable {
    package let url: String
    package let expiresAt: Instant
}

package enum LinkError: Error, Sendable, Hashable {
    /// Not one that we signed, or changed since.
    case invalid
    case expired
}

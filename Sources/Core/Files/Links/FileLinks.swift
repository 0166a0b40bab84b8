import Crypto
import Foundation

/// Makes and checks the links that files are opened with. A link is itself the right to read one file until it expires
/// or is revoked, so it can be handed to a browser, a cache or a provider that has no account with us.
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

    /// To the asset's file. Revoking the links of the asset ends it.
    ///
    /// - Parameters:
    ///   - lifetime: Taken exactly, between a second and seven days. Nil means an hour, rounded up to the window.
    ///   - download: The name under which a browser saves the file instead of showing it.
    package func link(to asset: Asset, lifetime: Duration? = nil, download: String? = nil) -> SignedLink {
        link(to: asset.key, .epoch(asset.linkEpoch), lifetime: lifetime, download: download)
    }

    /// To a small copy of the asset. Revoked together with the links to its file.
    package func link(toThumbnail side: Int, of asset: Asset) -> SignedLink {
        link(to: .thumbnail(side, of: asset.id, asset.account), .epoch(asset.linkEpoch))
    }

    /// For the provider of a job that has the asset as its input. Valid as long as a job that needs the asset has not
    /// ended, also if its links are revoked: that must not fail the job.
    package func link(toInput asset: Asset, lifetime: Duration) -> SignedLink {
        link(to: asset.key, .input, lifetime: lifetime)
    }

    package func link(
        to file: StorageKey, _ scope: LinkScope, lifetime: Duration? = nil, download: String? = nil
    ) -> SignedLink {
        let expiresAt = expiry(lifetime)
        var query = "expires=\(expiresAt.seconds)"
        if let text = scope.text { query += "&scope=\(text)" }
        if let download { query += "&download=\(download.percentEncoded)" }
        let signature = Base64URL.text(code(of: file, scope, expiresAt, download))
        return SignedLink(
            url: "\(publicURL)/files/\(file)?\(query)&signature=\(signature)", expiresAt: expiresAt)
    }

    /// Returns what the link permits, if we signed it and it has not expired. Whether it has been revoked only the
    /// asset shows.
    package func check(
        _ file: StorageKey, expires: String?, scope: String?, download: String?, signature: String?
    ) throws(LinkError) -> CheckedLink {
        guard let expires, let seconds = Int64(expires), (0...Int64(UInt32.max)).contains(seconds),
            String(seconds) == expires, let scope = LinkScope(text: scope),
            let signature = signature.flatMap(Self.bytes(base64URL:))
        else { throw .invalid }
        let expiresAt = Instant(seconds: seconds)
        // Compares in constant time.
        let message = Self.message(file, scope, expiresAt, download)
        guard HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: message, using: key) else {
            throw .invalid
        }
        guard time.now() < expiresAt else { throw .expired }
        return CheckedLink(key: file, scope: scope, expiresAt: expiresAt)
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

    private func code(
        of file: StorageKey, _ scope: LinkScope, _ expiresAt: Instant, _ download: String?
    ) -> HMAC<SHA256>.MAC {
        HMAC<SHA256>.authenticationCode(for: Self.message(file, scope, expiresAt, download), using: key)
    }

    /// A line each, and what may have line breaks is last, so no two links have one message. Without a scope it is what
    /// was signed before there were any.
    static func message(_ file: StorageKey, _ scope: LinkScope, _ expiresAt: Instant, _ download: String?) -> Data {
        let kind = scope.text.map { "file \($0)" } ?? "file"
        return Data("\(kind)\n\(file)\n\(expiresAt.seconds)\n\(download.map { "download \($0)" } ?? "show")".utf8)
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
    /// Signed for an earlier epoch of its asset.
    case revoked
}

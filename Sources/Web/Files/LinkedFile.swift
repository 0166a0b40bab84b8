import Core
import HTTPTypes
import Hummingbird

extension FileLinks {
    /// Returns what the link permits by which the request asks for `file`. Throws `LinkError`.
    func check(_ file: StorageKey, of request: Request, download: String? = nil) throws(LinkError) -> CheckedLink {
        let query = request.uri.queryParameters
        return try check(
            file, expires: query["expires"].map(String.init), scope: query["scope"].map(String.init),
            download: download, signature: query["signature"].map(String.init))
    }
}

extension HTTPFields {
    /// Of whatever a link opens. It may be shown in the pages of other sites, which is what links are for. No copy is
    /// used for longer than the link is valid, and the link, which is a right, is passed on to nobody.
    ///
    /// - Parameter policy: What the file may do if it is opened by itself.
    static func linkedFile(tag: String, until expiresAt: Instant, now: Instant, policy: String) -> HTTPFields {
        [
            .eTag: tag,
            .cacheControl: "private, max-age=\(Swift.max(0, (expiresAt - now).components.seconds)), immutable",
            .contentSecurityPolicy: policy,
            .crossOriginResourcePolicy: "cross-origin",
            .referrerPolicy: "no-referrer",
            .xContentTypeOptions: "nosniff",
        ]
    }
}

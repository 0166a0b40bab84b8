import Foundation

/// Scheme, host and port: what an address says about where it leads, without the path.
package struct Origin: Sendable, Hashable, CustomStringConvertible {
    package let scheme: String
    package let host: String
    package let port: Int

    /// Returns nil unless `address` is http or https with a plain host, and neither a user nor a password in it.
    package init?(_ address: String) {
        guard let url = URL(string: address) else { return nil }
        self.init(url)
    }

    init?(_ url: URL) {
        guard let scheme = url.scheme?.lowercased(), let defaultPort = ["http": 80, "https": 443][scheme],
            url.user == nil, url.password == nil, let host = url.host(percentEncoded: true)?.lowercased(),
            Self.isPlain(host)
        else { return nil }
        let port = url.port ?? defaultPort
        guard (1...65_535).contains(port) else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    package var description: String { "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// No escapes and no zones: the client must read the same host out of the address as we did.
    private static func isPlain(_ host: String) -> Bool {
        !host.isEmpty && host.utf8.count <= 253 && host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"): true
            default: false
            }
        }
    }
}

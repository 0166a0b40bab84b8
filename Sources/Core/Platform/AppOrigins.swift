/// The origins of the operator's apps. Their pages may call the API from a browser, and pay pages may lead back to
/// them.
package struct AppOrigins: Sendable, Equatable {
    /// Whether pages of every origin may call. That names no app that a pay page may lead back to.
    package var isAny: Bool
    /// As browsers write them, such as `https://app.example.com`.
    package var listed: Set<String>
    /// Whether apps that are served by the visitor's own machine belong to them, on any port.
    package var includesLoopback: Bool

    package init(isAny: Bool = false, listed: Set<String> = [], includesLoopback: Bool = false) {
        self.isAny = isAny
        self.listed = listed
        self.includesLoopback = includesLoopback
    }

    package static let none = AppOrigins()

    /// - Parameter origin: The header `Origin`. It is `null` for pages that have no origin, and those may not call.
    package func mayCall(from origin: String) -> Bool {
        origin != "null" && (isAny || listed.contains(origin) || (includesLoopback && Self.isLoopback(origin)))
    }

    func mayReturn(to origin: Origin) -> Bool {
        listed.contains { Origin($0) == origin }
            || (includesLoopback && origin.scheme == "http" && Self.loopbackHosts.contains(origin.host))
    }

    private static let loopbackHosts = ["localhost", "127.0.0.1", "::1"]

    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (48...57).contains($0) } && UInt16(text) != nil
    }

    private static func isLoopback(_ origin: String) -> Bool {
        loopbackHosts.contains { host in
            let beginning = "http://" + (host.contains(":") ? "[\(host)]" : host)
            guard origin.hasPrefix(beginning) else { return false }
            let rest = origin.dropFirst(beginning.count)
            return rest.isEmpty || (rest.first == ":" && isPort(rest.dropFirst()))
        }
    }
}

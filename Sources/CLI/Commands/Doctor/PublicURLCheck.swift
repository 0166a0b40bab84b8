import Core
import Foundation
import NIOCore

/// Whether the outside world can find the server where links and webhooks lead.
struct PublicURLCheck: Sendable {
    let settings: Settings
    let probe: Probe
    let isServing: Bool

    func callAsFunction() async -> Finding {
        if let provider = settings.providers.first(where: \.isRemote), let reason = unreachableForProvider {
            return .warning(
                "public URL", """
                    \(settings.publicURL) is \(reason), so webhooks of \(provider.title) cannot arrive. Results \
                    arrive by polling instead, and \(provider.title) cannot download input images.
                    """,
                "Put a TLS proxy in front of the server, and set --public-url to the URL of the proxy.")
        }
        guard isServing else {
            return .information("public URL", "\(settings.publicURL), not checked because the server is not running.")
        }
        switch await probe.get(settings.publicURL + "/health/live") {
        case .response(let response) where response.status == 200 && response.text.contains("\"version\""):
            return .ok("public URL", "\(settings.publicURL) reaches the server.")
        case .response(let response):
            return .problem(
                "public URL", "another server responds at \(settings.publicURL) (HTTP \(response.status)).",
                "Correct --public-url or the proxy. Links to files use this URL.")
        case .none(let reason):
            return .warning(
                "public URL", "\(settings.publicURL) cannot be reached from this machine: \(reason).",
                "If other machines cannot reach it either, correct --public-url or the proxy.")
        }
    }

    /// By its form alone: what a name resolves to here says little of what it does elsewhere.
    private var unreachableForProvider: String? {
        guard let origin = Origin(settings.publicURL) else { return "not a URL" }
        let host = origin.host
        let isPrivateName =
            host == "localhost" || !host.contains(".") && !host.contains(":") || host.hasSuffix(".local")
            || host.hasSuffix(".internal")
        if isPrivateName || IPAddress(text: host)?.isPublic == false { return "a private address" }
        return origin.scheme == "http" ? "not https" : nil
    }
}

extension IPAddress {
    /// Nil for a name.
    fileprivate init?(text: String) {
        guard let address = try? SocketAddress(ipAddress: text, port: 1) else { return nil }
        self.init(address)
    }
}

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
                    \(settings.publicURL) is \(reason), so webhooks of \(provider.title) cannot arrive. Results are \
                    polled for instead, and \(provider.title) cannot fetch the pictures to work on.
                    """,
                "Put a proxy with TLS before the server and name its address with --public-url.")
        }
        guard isServing else {
            return .information("public URL", "\(settings.publicURL), to be looked at when the server runs.")
        }
        switch await probe.get(settings.publicURL + "/health/live") {
        case .response(let response) where response.status == 200 && response.text.contains("\"version\""):
            return .ok("public URL", "\(settings.publicURL) leads to the server.")
        case .response(let response):
            return .problem(
                "public URL", "what responds at \(settings.publicURL) is not this server (HTTP \(response.status)).",
                "Correct --public-url or the proxy: links to pictures lead there.")
        case .none(let reason):
            return .warning(
                "public URL", "\(settings.publicURL) cannot be reached from here: \(reason).",
                "If it cannot be reached from elsewhere either, correct --public-url or the proxy.")
        }
    }

    /// By its form alone: what a name resolves to here says little of what it does elsewhere.
    private var unreachableForProvider: String? {
        guard let origin = Origin(settings.publicURL) else { return "no address" }
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

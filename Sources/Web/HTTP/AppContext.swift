import Core
package import Hummingbird
package import NIOCore

/// What is known of a request before a route handles it.
package struct AppContext: RequestContext, RemoteAddressRequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The peer's address without its port, for throttling.
    package let remoteAddress: SocketAddress?
    /// Named in every response and in every log line about this request.
    var requestID: String
    /// The network that counts as the client's for rate limits: the peer's, or behind a trusted proxy the one that
    /// `TrustedProxies` finds.
    var clientAddress: String
    /// Who sent the request, if a token or a key proved it. `AccountContext` requires one.
    var principal: Principal?
    /// Why the token or the key that was sent proves nothing. Routes that need no principal ignore it: a client
    /// refreshes its token with the old one still in its headers.
    var authenticationError: AuthenticationError?
    /// Whether the request comes from the operator's own server, with Supabase's service-role key. That is no
    /// principal: it has no account.
    var isServiceRole = false
    /// The connection, for a stream whose client does not read.
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
        channel = source.channel
        requestID = ID<AppContext>.random().rawValue
        clientAddress = source.channel.remoteAddress?.ipAddress.map(Client.network) ?? "unknown"
    }
}

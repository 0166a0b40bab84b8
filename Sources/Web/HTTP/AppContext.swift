package import Core
package import Hummingbird
package import NIOCore

/// What is known of a request before anything is asked of it.
package struct AppContext: RequestContext, RemoteAddressRequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The peer's address without its port, for throttling.
    package let remoteAddress: SocketAddress?
    /// Named in every answer and every log line about this request.
    package var requestID: String
    /// The network that counts as the client's, as limits count it: the peer's address, unless a proxy's word is taken.
    package var clientAddress: String
    /// Who calls, where a token or a key proved it. `AccountContext` demands it.
    package var caller: Caller?
    /// Why the token or the key that was sent proves nothing. Routes that need no caller do not mind: a client renews its
    /// token with the old one still in its headers.
    package var refusal: AuthenticationError?
    /// Whether the operator's own server calls, by Supabase's service-role key. It is no caller: it has no account.
    package var isServiceRole = false
    /// The connection, for a stream whose client does not read.
    package let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
        channel = source.channel
        requestID = ID<AppContext>.random().rawValue
        clientAddress = source.channel.remoteAddress?.ipAddress.map(Client.network) ?? "unknown"
    }
}

/// A proved identity: the account it acts for and how it was proved.
package struct Caller: Sendable {
    package let actor: Actor
    /// The session of a signed-in user; a key has none.
    package let session: ID<Session>?

    package init(actor: Actor, session: ID<Session>?) {
        self.actor = actor
        self.session = session
    }

    init(_ proof: Proof) {
        self.init(actor: proof.actor, session: proof.session)
    }
}

/// The context of every route that needs an account: there is one, or the request ends here with 401.
package struct AccountContext: ChildRequestContext {
    package var coreContext: CoreRequestContextStorage
    package let requestID: String
    package let remoteAddress: SocketAddress?
    package let channel: any Channel
    package let caller: Caller

    package init(context: AppContext) throws {
        guard let caller = context.caller else { throw context.refusal.map(APIError.init) ?? .unauthorized }
        coreContext = context.coreContext
        requestID = context.requestID
        remoteAddress = context.remoteAddress
        channel = context.channel
        self.caller = caller
    }

    package var actor: Actor { caller.actor }
    package var account: ID<Account> { caller.actor.account }
}

package import Core
import Foundation
package import Hummingbird
package import Logging
package import NIOCore

/// What is known of a request before anything is asked of it.
package struct AppContext: RequestContext, RemoteAddressRequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The peer's address without its port, for throttling.
    package let remoteAddress: SocketAddress?
    /// Named in every answer and every log line about this request.
    package var requestID: String
    /// Who calls, where a token or a key proved it. `AccountContext` demands it.
    package var caller: Caller?

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
        requestID = UUID().uuidString.lowercased()
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
}

/// The context of every route that needs an account: there is one, or the request ends here with 401.
package struct AccountContext: ChildRequestContext {
    package var coreContext: CoreRequestContextStorage
    package let requestID: String
    package let remoteAddress: SocketAddress?
    package let caller: Caller

    package init(context: AppContext) throws {
        guard let caller = context.caller else { throw APIError.unauthorized }
        coreContext = context.coreContext
        requestID = context.requestID
        remoteAddress = context.remoteAddress
        self.caller = caller
    }

    package var actor: Actor { caller.actor }
    package var account: ID<Account> { caller.actor.account }
}

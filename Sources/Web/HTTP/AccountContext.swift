import Core
import Hummingbird
import NIOCore

/// The context of every route that needs an account: there is one, or the request ends here with 401.
struct AccountContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let requestID: String
    let remoteAddress: SocketAddress?
    let channel: any Channel
    let principal: Principal

    init(context: AppContext) throws {
        principal = try context.requirePrincipal()
        coreContext = context.coreContext
        requestID = context.requestID
        remoteAddress = context.remoteAddress
        channel = context.channel
    }

    var actor: Actor { principal.actor }
    var account: ID<Account> { principal.actor.account }
}

extension AppContext {
    func requirePrincipal() throws(APIError) -> Principal {
        guard let principal else { throw authenticationError.map(APIError.init) ?? .unauthorized }
        return principal
    }
}

package import Core
package import Hummingbird

/// The context of what administrators of the whole installation do: a signed-in person with that role, or the request ends
/// here with 401 or 403. A key is not enough: it lies in apps and scripts, and nobody is behind it who could be asked.
package struct AdminContext: ChildRequestContext {
    package var coreContext: CoreRequestContextStorage
    package let requestID: String
    package let administrator: ID<User>
    /// The account that they act for beside, which their idempotency keys belong to.
    package let account: ID<Account>

    package init(context: AppContext) throws {
        guard let caller = context.caller else { throw context.refusal.map(APIError.init) ?? .unauthorized }
        guard let user = caller.actor.user, caller.actor.key == nil, caller.actor.platformRole == .admin else {
            throw APIError.administratorsOnly
        }
        coreContext = context.coreContext
        requestID = context.requestID
        administrator = user
        account = caller.actor.account
    }
}

extension APIError {
    static let administratorsOnly = APIError(
        .forbidden, "administrators_only", "Only a signed-in administrator of this installation may do this. A key does not do.")
}

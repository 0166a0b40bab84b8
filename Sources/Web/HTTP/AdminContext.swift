import Core
import Hummingbird

/// The context of what administrators of the whole installation do: a signed-in person with that role, or the request
/// ends here with 401 or 403. A key is not enough: it lies in apps and scripts, and no person is accountable for
/// it.
struct AdminContext: ChildRequestContext {
    var coreContext: CoreRequestContextStorage
    let requestID: String
    let administrator: ID<User>
    /// The account that they act for as well, which their idempotency keys belong to.
    let account: ID<Account>

    init(context: AppContext) throws {
        let actor = try context.requirePrincipal().actor
        guard actor.key == nil else { throw APIError.adminRequiredNotKey }
        guard let user = actor.user, actor.platformRole == .admin else { throw APIError.adminRequired }
        coreContext = context.coreContext
        requestID = context.requestID
        administrator = user
        account = actor.account
    }
}

extension APIError {
    fileprivate static let adminRequired = APIError(
        .forbidden, "admin_required", "Only a signed-in administrator of this installation can do this.")
    fileprivate static let adminRequiredNotKey = APIError(
        .forbidden, "admin_required", "API keys cannot do this; sign in as an administrator.")
}

import Core
import HTTPTypes

extension AppContext {
    /// The user that is signed in, and their session. A key is nobody.
    func signedIn() throws(AuthError) -> (user: ID<User>, session: ID<Session>) {
        if let caller, let user = caller.actor.user, let session = caller.session { return (user, session) }
        if let refusal { throw AuthError(refusal) }
        if caller != nil || isServiceRole { throw AuthError(.forbidden, "bad_jwt", "invalid claim: missing sub claim") }
        throw AuthError(.unauthorized, "no_authorization", "This endpoint requires a valid Bearer token")
    }

    func demandServiceRole() throws(AuthError) {
        guard !isServiceRole else { return }
        if caller != nil || refusal != nil { throw AuthError(.forbidden, "not_admin", "User not allowed") }
        throw AuthError(.unauthorized, "no_authorization", "This endpoint requires a valid Bearer token")
    }
}

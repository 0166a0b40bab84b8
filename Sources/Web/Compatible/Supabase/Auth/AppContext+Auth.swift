import Core
import HTTPTypes

extension AppContext {
    /// The user that is signed in, and their session. A key has neither.
    func signedIn() throws(AuthError) -> (user: ID<User>, session: ID<Session>) {
        if let principal, let user = principal.actor.user, let session = principal.session { return (user, session) }
        if let authenticationError { throw AuthError(authenticationError) }
        if principal != nil || isServiceRole {
            throw AuthError(.forbidden, "bad_jwt", "invalid claim: missing sub claim")
        }
        throw AuthError(.unauthorized, "no_authorization", "This endpoint requires a valid Bearer token")
    }

    func requireServiceRole() throws(AuthError) {
        guard !isServiceRole else { return }
        if principal != nil || authenticationError != nil {
            throw AuthError(.forbidden, "not_admin", "User not allowed")
        }
        throw AuthError(.unauthorized, "no_authorization", "This endpoint requires a valid Bearer token")
    }
}

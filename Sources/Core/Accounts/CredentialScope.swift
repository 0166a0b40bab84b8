/// The credentials that one change concerns.
package enum CredentialScope: Sendable, Hashable {
    case key(ID<APIKey>)
    case session(ID<Session>)
    /// All sessions of a user, or all but one. Their account's keys are none of them.
    case sessions(of: ID<User>, except: ID<Session>? = nil)
    /// Whatever a user acts with, the keys of their personal account included.
    case user(ID<User>)

    func contains(_ credential: Credential) -> Bool {
        let actor = credential.actor
        return switch self {
        case .key(let key): actor.key == key
        case .session(let session): credential.session == session
        case .sessions(let user, let exception):
            actor.user == user && credential.session != nil && credential.session != exception
        case .user(let user): actor.user == user || actor.account.rawValue == user.rawValue
        }
    }
}

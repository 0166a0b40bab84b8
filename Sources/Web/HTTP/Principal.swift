import Core

/// A proved identity: the account it acts for and how it was proved.
struct Principal: Sendable {
    let actor: Actor
    /// The session of a signed-in user; nil for a key.
    let session: ID<Session>?

    init(actor: Actor, session: ID<Session>?) {
        self.actor = actor
        self.session = session
    }

    init(_ credential: Credential) {
        self.init(actor: credential.actor, session: credential.session)
    }
}

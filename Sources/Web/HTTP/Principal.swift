import Core

/// A proved identity: the account it acts for and how it was proved.
struct Principal: Sendable {
    let credential: Credential

    init(actor: Actor, session: ID<Session>?) {
        self.init(Credential(actor: actor, session: session))
    }

    init(_ credential: Credential) {
        self.credential = credential
    }

    var actor: Actor { credential.actor }
    /// The session of a signed-in user; nil for a key.
    var session: ID<Session>? { credential.session }
}

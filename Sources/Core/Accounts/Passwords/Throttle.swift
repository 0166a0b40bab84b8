/// How often something may be tried within a window of time. Counted in the database, so that all nodes count together.
struct Throttle: Sendable, Hashable {
    let subject: String
    let limit: Int
    let window: Duration

    private init(_ subject: String, _ limit: Int, in window: Duration) {
        self.subject = subject
        self.limit = limit
        self.window = window
    }

    /// Wrong passwords for one address from one network. Strict, since it locks out nobody elsewhere.
    static func guesses(of email: String, from network: String) -> Throttle {
        Throttle("\(guessesSubject(of: email)):from:\(network.beginning(bytes: 64))", 10, in: .seconds(600))
    }

    /// Wrong passwords for one address from everywhere except the networks that its owner uses. High, since who
    /// spends it keeps the owner from signing in at a new place.
    static func guesses(of email: String) -> Throttle {
        Throttle(guessesSubject(of: email), 100, in: .seconds(600))
    }

    /// What the subjects of both counts begin with.
    static func guessesSubject(of email: String) -> String { "sign-in:email:\(digest(email))" }

    /// Wrong passwords of many people from one network.
    static func guesses(from network: String) -> Throttle {
        Throttle("sign-in:from:\(network.beginning(bytes: 64))", 60, in: .seconds(600))
    }

    static func signIns(of email: String) -> Throttle {
        Throttle("sign-in:right:\(digest(email))", 30, in: .seconds(600))
    }

    /// Of passwords, whatever for and whatever comes of it: each takes a tenth of a second of a processor.
    static func hashes(from network: String) -> Throttle {
        Throttle("passwords:from:\(network.beginning(bytes: 64))", 600, in: .seconds(600))
    }

    static func passwordChanges(of user: ID<User>) -> Throttle {
        Throttle("password:of:\(user)", 10, in: .seconds(3600))
    }

    static func signUp(from network: String) -> Throttle {
        Throttle("sign-up:from:\(network.beginning(bytes: 64))", 30, in: .seconds(300))
    }

    /// Files that are sent to be checked: each is written, read and hashed.
    static func fileChecks(from network: String) -> Throttle {
        Throttle("checks:from:\(network.beginning(bytes: 64))", 60, in: .seconds(600))
    }

    /// Of a text that is no address as well: it may be a password, typed into the wrong field.
    private static func digest(_ email: String) -> Substring {
        EmailAddress.digest(ofKey: EmailAddress(email)?.key ?? email.lowercased()).prefix(32)
    }
}

/// The counts of wrong passwords that one guess is held to, in the order in which all guesses lock them.
struct GuessThrottles: Sendable, Hashable {
    /// Nil from a network that the owner of the address uses.
    let ofAddress: Throttle?
    let ofAddressAndNetwork: Throttle
    let ofNetwork: Throttle

    init(_ email: String, from network: String, isKnown: Bool) {
        ofAddress = isKnown ? nil : .guesses(of: email)
        ofAddressAndNetwork = .guesses(of: email, from: network)
        ofNetwork = .guesses(from: network)
    }

    var all: [Throttle] { [ofAddress, ofAddressAndNetwork, ofNetwork].compactMap { $0 } }
}

/// Too many attempts: the next one counts again after `retryAfter`.
package struct Throttled: Error, Sendable, Hashable {
    package let retryAfter: Duration
}

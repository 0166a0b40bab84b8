import SQL

/// Verifies a password, with a limit on guesses. Every guess is counted before it is checked, so that simultaneous
/// guesses count too; a right one is given back to the counts of wrong ones.
struct PasswordCheck: Sendable {
    let database: Database
    let passwords: Passwords
    let networks: NetworkDigest
    let time: Time

    /// What is guessed, and what the guess counts for.
    struct Guess: Sendable {
        let email: String
        let password: String
        let client: Client
        /// Counted besides, right or wrong.
        var others: [Throttle] = []
        /// Counted if the guess is right, and refused if they are used up already.
        var successes: [Throttle] = []
    }

    /// Returns the user if the password is theirs. Throws `SignInError`, after one hash, whether or not there is such a
    /// user, or `Passwords.Busy`.
    func callAsFunction(_ email: String, _ password: String, from client: Client) async throws -> User {
        let guess = Guess(email: email, password: password, client: client, successes: [.signIns(of: email)])
        try await refuse(guess)
        return try await passwords.withPlace(in: .network(client.address)) { place in
            let found = try await verify(guess, in: place)
            try await raise(found, password, in: place)
            return found.user
        }
    }

    /// Throws `SignInError.throttled` if the guess would be refused, and counts nothing. Before a place is taken, so
    /// that one who is refused again and again takes none from others of their network.
    private func refuse(_ guess: Guess) async throws {
        let now = time.now()
        let refusal = try await database.read { transaction in
            let wrong = try throttles(of: guess, transaction, now: now)
            return try transaction.accounts.refusal(of: counts(of: guess, wrong) + guess.successes, now: now)
        }
        if let refusal { throw SignInError.throttled(refusal) }
    }

    func verify(_ guess: Guess, in place: Passwords.Place) async throws -> Credentials {
        let now = time.now()
        let (found, wrong) = try await database.write(order: .alone) { transaction in
            let accounts = transaction.accounts
            let wrong = try throttles(of: guess, transaction, now: now)
            let refusal = try accounts.refusal(of: guess.successes, now: now)
                ?? accounts.count(counts(of: guess, wrong), now: now)
            if let refusal { throw SignInError.throttled(refusal) }
            return (try EmailAddress(guess.email).flatMap { try accounts.credentials(of: $0) }, wrong)
        }
        guard try await place.verify(guess.password, against: found?.hash), let found else {
            throw SignInError.invalidCredentials
        }
        try await database.write(order: .alone) { transaction in
            if let refusal = try transaction.accounts.count(guess.successes, now: now) {
                throw SignInError.throttled(refusal)
            }
            try transaction.accounts.giveBack(wrong)
        }
        return found
    }

    private func throttles(
        of guess: Guess, _ transaction: Transaction, now: Instant
    ) throws(DatabaseError) -> GuessThrottles {
        let network = networks.digest(of: guess.client.address)
        var isKnown = false
        if let address = EmailAddress(guess.email) {
            isKnown = try transaction.accounts.isKnown(network, to: address, now: now)
        }
        return GuessThrottles(guess.email, from: guess.client.address, isKnown: isKnown)
    }

    /// What is counted before the hash.
    private func counts(of guess: Guess, _ wrong: GuessThrottles) -> [Throttle] {
        wrong.all + [.hashes(from: guess.client.address)] + guess.others
    }

    /// A sign-in is the only moment at which a password can be hashed again at today's cost.
    private func raise(_ found: Credentials, _ password: String, in place: Passwords.Place) async throws {
        guard let hash = found.hash, passwords.isOutdated(hash) else { return }
        let raised = try await place.hash(password)
        let now = time.now()
        try await database.write(order: .alone) { transaction in
            try transaction.accounts.setPassword(raised, of: found.user.id, now: now)
        }
    }
}

package enum SignInError: Error, Sendable, Hashable {
    /// Also if there is no such user.
    case invalidCredentials
    case emailNotConfirmed
    case userDisabled
    case throttled(Throttled)
}

@testable import Core
import SQL
import TestSupport
import Testing

struct UserTests {
    private func change(_ world: AppFixture, _ signedIn: SignedIn, _ change: Users.Change) async throws -> User {
        try await world.identity.users.change(signedIn.user.id, change, in: signedIn.session, from: world.client)
    }

    @Test(arguments: TestEngine.available)
    func `metadata are merged, and null removes a member`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        _ = try await change(world, signedIn, .init(metadata: ["name": "Ada", "theme": "dark"]))

        let user = try await change(world, signedIn, .init(metadata: ["theme": nil, "beta": true]))

        #expect(user.metadata == ["name": "Ada", "beta": true])
    }

    @Test(arguments: TestEngine.available)
    func `metadata may not grow beyond what fits into a token`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        _ = try await change(world, signedIn, .init(metadata: ["a": .string(String(repeating: "a", count: 1000))]))

        await #expect(throws: UserError.invalidMetadata) {
            try await change(world, signedIn, .init(metadata: ["b": .string(String(repeating: "b", count: 1000))]))
        }
        #expect(try await world.identity.users.find(signedIn.user.id)?.metadata["b"] == nil)
    }

    @Test(arguments: TestEngine.available)
    func `a new password ends the other sessions and replaces the old one`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        let other = try await world.identity.sessions.start(for: signedIn.user.id, from: world.client)
        _ = try await world.identity.authenticator.authenticate(other.accessToken)

        _ = try await change(world, signedIn, .init(password: "battery staple"))

        _ = try await world.identity.sessions.refresh(signedIn.refreshToken)
        await #expect(throws: RefreshError.notFound) { try await world.identity.sessions.refresh(other.refreshToken) }
        await #expect(throws: AuthenticationError.sessionEnded) {
            try await world.identity.authenticator.authenticate(other.accessToken)
        }
        _ = try await world.identity.signIn(email: "ada@example.com", password: "battery staple", from: world.client)
        await #expect(throws: SignInError.invalidCredentials) {
            try await world.identity.signIn(email: "ada@example.com", password: "correct horse", from: world.client)
        }
    }

    @Test(arguments: TestEngine.available)
    func `the same password again and a weak one are refused`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()

        await #expect(throws: UserError.samePassword) {
            try await change(world, signedIn, .init(password: "correct horse"))
        }
        await #expect(throws: UserError.password(.tooShort)) {
            try await change(world, signedIn, .init(password: "short"))
        }
    }

    @Test(arguments: TestEngine.available)
    func `a day after signing in, the current password is required`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        world.clock.advance(by: .seconds(86_401))

        await #expect(throws: UserError.currentPasswordRequired) {
            try await change(world, signedIn, .init(password: "battery staple"))
        }
        await #expect(throws: UserError.currentPasswordWrong) {
            try await change(world, signedIn, .init(password: "battery staple", currentPassword: "wrong horse"))
        }
        _ = try await change(world, signedIn, .init(password: "battery staple", currentPassword: "correct horse"))
    }

    @Test(arguments: TestEngine.available)
    func `guesses at the current password are limited like those at signing in`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        for _ in 0..<10 {
            await #expect(throws: UserError.currentPasswordWrong) {
                try await change(world, signedIn, .init(password: "battery staple", currentPassword: "wrong horse"))
            }
        }

        await #expect(throws: SignInError.throttled(Throttled(retryAfter: .seconds(3600)))) {
            try await change(world, signedIn, .init(password: "battery staple", currentPassword: "correct horse"))
        }
        await #expect(throws: SignInError.throttled(Throttled(retryAfter: .seconds(600)))) {
            try await world.identity.signIn(email: "ada@example.com", password: "correct horse", from: world.client)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a password is changed ten times in an hour, tries that fail included`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        let other = try await world.signedIn("bob@example.com")
        await #expect(throws: UserError.samePassword) {
            try await change(world, signedIn, .init(password: "correct horse"))
        }
        await #expect(throws: UserError.currentPasswordWrong) {
            try await change(world, signedIn, .init(password: "battery staple", currentPassword: "wrong horse"))
        }
        for number in 0..<8 { _ = try await change(world, signedIn, .init(password: "battery staple \(number)")) }

        let throttled = SignInError.throttled(Throttled(retryAfter: .seconds(3600)))
        await #expect(throws: throttled) { try await change(world, signedIn, .init(password: "correct horse")) }
        await #expect(throws: throttled) {
            try await change(world, signedIn, .init(password: "correct horse", currentPassword: "battery staple 7"))
        }
        _ = try await change(world, signedIn, .init(metadata: ["theme": "dark"]))
        _ = try await change(world, other, .init(password: "battery staple"))
        world.clock.advance(by: .seconds(3600))
        _ = try await change(world, signedIn, .init(password: "correct horse"))
    }

    /// As in `world`, with passwords of their own, which a test can look at and occupy.
    private func users(of world: AppFixture, _ passwords: Passwords) -> Users {
        let (database, time) = (world.database, world.clock.time)
        let check = PasswordCheck(
            database: database, passwords: passwords,
            networks: NetworkDigest(key: world.identity.secrets.key(for: .knownNetworks)), time: time)
        return Users(
            database: database, passwords: passwords, check: check, credentials: CredentialCache(), time: time)
    }

    @Test func `who may change no more takes no place from others of their network`() async throws {
        let world = try await AppFixture()
        let (ada, bob) = (try await world.signedIn(), try await world.signedIn("bob@example.com"))
        for number in 0..<10 { _ = try await change(world, ada, .init(password: "battery staple \(number)")) }
        let passwords = try Passwords(cost: .trivial)
        let users = users(of: world, passwords)
        func ask(_ user: SignedIn) async throws {
            _ = try await users.change(
                user.user.id, .init(password: "another horse"), in: user.session, from: world.client)
        }
        let line = PasswordLine.network(world.client.address)

        try await passwords.withPlace(in: line) { _ in
            await #expect(throws: SignInError.throttled(Throttled(retryAfter: .seconds(3600)))) {
                try await ask(ada)
            }
            try await passwords.withPlace(in: line) { _ in
                await #expect(throws: SignInError.throttled(Throttled(retryAfter: .seconds(3600)))) {
                    try await ask(ada)
                }
                await #expect(throws: Passwords.Busy.self) { try await ask(bob) }
            }
            try await ask(bob)
        }
    }

    @Test(arguments: [
        (Users.Change(password: "battery staple"), 2),
        (Users.Change(password: "battery staple", currentPassword: "correct horse"), 2),
        (Users.Change(password: "battery staple", currentPassword: "wrong horse"), 1),
        (Users.Change(password: "correct horse"), 1),
        (Users.Change(password: "correct horse", currentPassword: "correct horse"), 0),
        (Users.Change(password: "short"), 0), (Users.Change(metadata: ["theme": "dark"]), 0),
    ])
    func `a change hashes no more often than it must`(wanted: Users.Change, hashes: Int) async throws {
        let world = try await AppFixture()
        let signedIn = try await world.signedIn()
        let passwords = try Passwords(cost: .trivial)
        let users = users(of: world, passwords)

        _ = try? await users.change(signedIn.user.id, wanted, in: signedIn.session, from: world.client)

        #expect(passwords.hashes == hashes)
    }

    @Test(arguments: TestEngine.available)
    func `a deleted user leaves no name, and their ledger stays`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let user = try await world.identity.signUp(
            email: "ada@example.com", password: "correct horse", metadata: ["name": "Ada"], from: world.client)
        _ = try await world.identity.sessions.start(for: user.id, from: world.client)

        try await world.identity.users.delete(user.id)

        let left = try #require(try await world.identity.users.find(user.id))
        #expect(left.email == "\(user.id)@deleted.invalid")
        #expect(left.metadata == [:])
        #expect(try await world.number("SELECT COUNT(*) AS value FROM profiles WHERE name IS NOT NULL") == 0)
        #expect(
            try await world.number(
                "SELECT COUNT(*) AS value FROM accounts WHERE name <> 'deleted' OR disabled_at IS NULL") == 0)
        #expect(try await world.number("SELECT COUNT(*) AS value FROM transactions") == 1)
        #expect(try await world.number("SELECT COUNT(*) AS value FROM known_networks") == 0)
    }
}

@testable import Core
import SQL
import TestSupport
import Testing

struct SignUpTests {
    @Test(arguments: TestEngine.available)
    func `a new user comes with a profile, a personal account of the same id, and 10 credits that end after 90 days`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)

        let user = try await world.identity.signUp(
            email: "Ada@Example.com", password: "correct horse", metadata: ["full_name": "Ada L."], from: world.client)

        #expect(user.email == "Ada@Example.com")
        #expect(user.role == .user)
        #expect(user.emailConfirmedAt == world.clock.now)
        #expect(
            try await world.number(
                "SELECT COUNT(*) AS value FROM profiles WHERE user_id = $1 AND name = 'Ada L.'", user.id.rawValue) == 1)
        #expect(
            try await world.number(
                "SELECT COUNT(*) AS value FROM accounts WHERE id = $1 AND personal_user_id = $1 AND plan = 'free'",
                user.id.rawValue) == 1)
        #expect(
            try await world.number(
                "SELECT COUNT(*) AS value FROM members WHERE user_id = $1 AND account_id = $1 AND role = 'owner'",
                user.id.rawValue) == 1)
        #expect(
            try await world.database.read { try $0.ledger.balance(of: user.personalAccount) }
                == Balance(available: .whole(10), reserved: .zero))
        let expiry = world.clock.now + .seconds(90 * 86_400)
        #expect(
            try await world.number(
                "SELECT expires_at AS value FROM lots WHERE account_id = $1 AND source = 'bonus'",
                user.id.rawValue) == Int(expiry.milliseconds))
    }

    @Test(arguments: TestEngine.available)
    func `an address that mail must confirm brings no credits yet`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine, confirmsByMail: true)

        let user = try await world.identity.signUp(
            email: "ada@example.com", password: "correct horse", from: world.client)

        #expect(user.emailConfirmedAt == nil)
        #expect(
            try await world.database.read { try $0.ledger.balance(of: user.personalAccount) }
                == Balance(available: .zero, reserved: .zero))
        await #expect(throws: SignInError.emailNotConfirmed) {
            try await world.identity.signIn(email: "ada@example.com", password: "correct horse", from: world.client)
        }
    }

    @Test(arguments: TestEngine.available)
    func `an address is taken in upper and lower case, and nothing is left of the second sign-up`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn("ada@example.com")

        await #expect(throws: SignUpError.taken) {
            try await world.identity.signUp(email: "ADA@Example.com", password: "another horse", from: world.client)
        }

        #expect(try await world.number("SELECT COUNT(*) AS value FROM users") == 1)
        #expect(try await world.number("SELECT COUNT(*) AS value FROM accounts") == 1)
        #expect(try await world.number("SELECT COUNT(*) AS value FROM transactions") == 1)
    }

    @Test(arguments: TestEngine.available)
    func `of many who sign up with one address at once, one does`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)

        let made = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<12 {
                group.addTask {
                    do {
                        _ = try await world.identity.signUp(
                            email: number.isMultiple(of: 2) ? "ada@example.com" : "ADA@example.com",
                            password: "correct horse",
                            from: Client(address: "198.51.100.\(number)", userAgent: nil))
                        return true
                    } catch SignUpError.taken {
                        return false
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }

        #expect(made == 1)
        #expect(try await world.number("SELECT COUNT(*) AS value FROM users") == 1)
    }

    @Test(arguments: [SignUp.Mode.closed, .invite])
    func `if sign-up is not open nobody signs up, and an administrator still creates users`(
        mode: SignUp.Mode
    ) async throws {
        let world = try await AppFixture(mode: mode)

        await #expect(throws: SignUpError.notOpen(mode)) {
            try await world.identity.signUp(email: "ada@example.com", password: "correct horse", from: world.client)
        }
        #expect(try await world.number("SELECT COUNT(*) AS value FROM users") == 0)
        _ = try await world.identity.signUp.create(
            email: "ada@example.com", password: "correct horse", isConfirmed: true, by: .commandLine)
        #expect(try await world.number("SELECT COUNT(*) AS value FROM users") == 1)
    }

    @Test(arguments: TestEngine.available)
    func `sign-ups from one network are limited for a while`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        for number in 0..<30 {
            _ = try await world.identity.signUp(
                email: "a\(number)@example.com", password: "correct horse", from: world.client)
        }

        let throttled = SignUpError.throttled(Throttled(retryAfter: .seconds(300)))
        await #expect(throws: throttled) {
            try await world.identity.signUp(email: "b@example.com", password: "correct horse", from: world.client)
        }
        world.clock.advance(by: .seconds(300))
        _ = try await world.identity.signUp(email: "b@example.com", password: "correct horse", from: world.client)
    }

    @Test(arguments: TestEngine.available)
    func `metadata that would not fit into a token are refused`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)

        await #expect(throws: SignUpError.invalidMetadata) {
            try await world.identity.signUp(
                email: "ada@example.com", password: "correct horse",
                metadata: ["x": .string(String(repeating: "x", count: 5000))],
                from: world.client)
        }
        #expect(try await world.number("SELECT COUNT(*) AS value FROM users") == 0)
    }

    @Test(arguments: TestEngine.available)
    func `a user who was deleted and signs up again gets no second bonus`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let first = try await world.signedIn("ada@example.com")
        try await world.identity.users.delete(first.user.id)

        let second = try await world.signedIn("ada@example.com")

        #expect(second.user.id != first.user.id)
        #expect(
            try await world.database.read { try $0.ledger.balance(of: second.user.personalAccount) }
                == Balance(available: .zero, reserved: .zero))
        await #expect(throws: AuthenticationError.sessionEnded) {
            try await world.identity.authenticator.authenticate(first.accessToken)
        }
    }

    @Test(arguments: TestEngine.available)
    func `the first administrator is made once, with 1,000 credits and a password to be shown`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine, mode: .closed)

        let made = try #require(try await world.identity.createFirstAdministrator(email: nil, password: nil))
        let again = try await world.identity.createFirstAdministrator(email: nil, password: nil)

        #expect(again == nil)
        #expect(made.user.role == .admin)
        #expect(
            try await world.database.read { try $0.ledger.balance(of: made.user.personalAccount).available }
                == .whole(1000))
        let password = try #require(made.generatedPassword)
        let signedIn = try await world.identity.signIn(
            email: FirstAdministrator.defaultEmail, password: password, from: world.client)
        #expect(try await world.identity.authenticator.authenticate(signedIn.accessToken).actor.platformRole == .admin)
    }

    @Test(arguments: TestEngine.available)
    func `a given password is not shown again, and a weak one is refused`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)

        await #expect(throws: SignUpError.password(.tooShort)) {
            try await world.identity.createFirstAdministrator(email: "root@example.com", password: "short")
        }
        let made = try await world.identity.createFirstAdministrator(
            email: "root@example.com", password: "correct horse")
        #expect(made?.user.email == "root@example.com")
        #expect(made?.generatedPassword == nil)
    }

    @Test(arguments: TestEngine.available)
    func `a user who signed up with the administrator's address first does not become administrator`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let early = try await world.signedIn("root@example.com")

        await #expect(throws: SignUpError.taken) {
            try await world.identity.createFirstAdministrator(email: "root@example.com", password: "correct horse")
        }
        #expect(try await world.identity.users.find(early.user.id)?.role == .user)
    }
}

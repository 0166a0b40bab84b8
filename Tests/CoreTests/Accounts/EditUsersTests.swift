@testable import Core
import SQL
import TestSupport
import Testing

struct EditUsersTests {
    /// As a command makes it: beside a server, whose memory it does not share.
    private func command(beside world: AppFixture) throws -> EditUsers {
        EditUsers(
            database: world.database, passwords: try Passwords(cost: .trivial), credentials: CredentialCache(),
            time: world.clock.time)
    }

    private func log(_ world: AppFixture, _ user: ID<User>) async throws -> [String] {
        try await world.database.read { try $0.auditLog.auditLogEntries(on: user.rawValue, limit: 10) }
            .map { "\($0.action.rawValue) \($0.details["through"]?.string ?? "")" }.sorted()
    }

    @Test(arguments: TestEngine.available)
    func `a new password ends all sessions, and wrong guesses do not keep its user out`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let ada = try await world.signedIn()
        func signIn(_ email: String, _ password: String) async throws {
            _ = try await world.identity.signIn(email: email, password: password, from: world.client)
        }
        for email in ["ada@example.com", "bob@example.com"] {
            for _ in 0..<10 {
                await #expect(throws: SignInError.invalidCredentials) { try await signIn(email, "wrong horse") }
            }
        }
        await #expect(throws: SignInError.self) { try await signIn("ada@example.com", "correct horse") }

        _ = try await command(beside: world)(ada.user.id, .init(password: "battery staple"), by: .commandLine)

        try await signIn("ada@example.com", "battery staple")
        await #expect(throws: SignInError.invalidCredentials) { try await signIn("ada@example.com", "correct horse") }
        await #expect(throws: RefreshError.notFound) { try await world.identity.sessions.refresh(ada.refreshToken) }
        await #expect(throws: SignInError.throttled(Throttled(retryAfter: .seconds(600)))) {
            try await signIn("bob@example.com", "wrong horse")
        }
        #expect(try await log(world, ada.user.id) == ["users.set_password command line"])
    }

    @Test(arguments: TestEngine.available)
    func `who is disabled on another node is out here within five seconds, with sessions, keys and streams`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let ada = try await world.signedIn()
        let authenticator = world.identity.authenticator
        let own = try await authenticator.authenticate(ada.accessToken)
        let (_, key) = try await world.identity.apiKeys.create(named: "app", by: own.actor)
        let byKey = try await authenticator.authenticate(key)
        let streams = try [own, byKey].map { try world.app.notices.streams.open($0) }

        let disabled = try await command(beside: world)(
            ada.user.id, .init(access: .disabled(until: nil)), by: .commandLine)
        try await world.app.notices.streams.endUnproved()
        world.clock.advance(by: CredentialCache.lifetime)

        #expect(disabled.disabledAt != nil && disabled.disabledUntil == nil)
        #expect(streams.allSatisfy { $0.hasEnded })
        await #expect(throws: AuthenticationError.sessionEnded) {
            try await authenticator.authenticate(ada.accessToken)
        }
        await #expect(throws: AuthenticationError.userDisabled) { try await authenticator.authenticate(key) }
        await #expect(throws: SignInError.userDisabled) {
            try await world.identity.signIn(email: "ada@example.com", password: "correct horse", from: world.client)
        }

        _ = try await command(beside: world)(ada.user.id, .init(access: .enabled), by: .commandLine)

        _ = try await authenticator.authenticate(key)
        _ = try await world.identity.signIn(email: "ada@example.com", password: "correct horse", from: world.client)
        #expect(try await log(world, ada.user.id) == ["users.disable command line", "users.enable command line"])
    }

    @Test(arguments: TestEngine.available)
    func `on the node of the change it holds at once`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let ada = try await world.signedIn()
        _ = try await world.identity.authenticator.authenticate(ada.accessToken)

        _ = try await world.identity.editUsers(ada.user.id, .init(role: .admin), by: .serviceRole)
        let made = try await world.identity.authenticator.authenticate(ada.accessToken)
        _ = try await world.identity.editUsers(ada.user.id, .init(password: "battery staple"), by: .serviceRole)

        #expect(made.actor.platformRole == .admin)
        await #expect(throws: AuthenticationError.sessionEnded) {
            try await world.identity.authenticator.authenticate(ada.accessToken)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a ban with an end is lifted after it, and a deleted user stays deleted`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let (ada, bob) = (try await world.signedIn(), try await world.signedIn("bob@example.com"))
        let eve = try await world.signedIn("eve@example.com")
        let end = world.clock.now + .seconds(60)
        for user in [ada, bob] {
            _ = try await world.identity.editUsers(user.user.id, .init(access: .disabled(until: end)), by: .serviceRole)
        }
        _ = try await world.identity.editUsers(eve.user.id, .init(access: .disabled(until: nil)), by: .serviceRole)
        try await world.identity.users.delete(bob.user.id)
        let enable = EnableUsers(database: world.database, time: world.clock.time)

        world.clock.advance(by: .milliseconds(59_999))
        #expect(try await enable.runOnce() == 0)
        world.clock.advance(by: .milliseconds(1))
        #expect(try await enable.runOnce() == 1)

        let left = try await world.identity.users.find(ada.user.id)
        #expect(left?.disabledAt == nil && left?.disabledUntil == nil)
        for user in [bob, eve] { #expect(try await world.identity.users.find(user.user.id)?.disabledAt != nil) }
        await #expect(throws: UserError.notFound) {
            try await world.identity.editUsers(bob.user.id, .init(access: .enabled), by: .commandLine)
        }
    }

    @Test(arguments: TestEngine.available)
    func `an address moves to one that is free, in whatever case`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let (ada, bob) = (try await world.signedIn(), try await world.signedIn("bob@example.com"))
        func move(_ user: SignedIn, to email: String) async throws -> String {
            try await world.identity.editUsers(user.user.id, .init(email: email), by: .serviceRole).email
        }

        await #expect(throws: UserError.emailTaken) { try await move(ada, to: "BOB@example.com") }
        #expect(try await move(ada, to: "Ada@example.com") == "Ada@example.com")
        #expect(try await move(bob, to: "grace@example.com") == "grace@example.com")
        #expect(try await move(ada, to: "bob@example.com") == "bob@example.com")
        _ = try await world.identity.signIn(email: "bob@example.com", password: "correct horse", from: world.client)
        await #expect(throws: UserError.password(.guessable)) {
            try await world.identity.editUsers(
                ada.user.id, .init(email: "eve@example.com", password: "eve@example.com"), by: .serviceRole)
        }
        #expect(try await log(world, ada.user.id).count == 2, "what was refused is in no log")
    }

    @Test(arguments: TestEngine.available)
    func `a confirmed address brings the welcome credits, once`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine, confirmsByMail: true)
        let user = try await world.identity.signUp(
            email: "ada@example.com", password: "correct horse", from: world.client)
        func confirm() async throws -> Credits {
            _ = try await world.identity.editUsers(user.id, .init(confirmsEmail: true), by: .serviceRole)
            return try await world.database.read { try $0.ledger.balance(of: user.personalAccount).available }
        }

        #expect(try await world.database.read { try $0.ledger.balance(of: user.personalAccount).available } == .zero)
        #expect(try await confirm() == .whole(10))
        #expect(try await confirm() == .whole(10))
        _ = try await world.identity.signIn(email: "ada@example.com", password: "correct horse", from: world.client)
    }

    @Test(arguments: TestEngine.available)
    func `there is an administrator at any time, also if two dismiss each other`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let users = [try await world.signedIn().user.id, try await world.signedIn("bob@example.com").user.id]
        for user in users { _ = try await world.identity.editUsers(user, .init(role: .admin), by: .commandLine) }

        let results = await withTaskGroup(of: Bool.self) { group in
            for user in users {
                group.addTask {
                    do {
                        _ = try await self.command(beside: world)(
                            user, .init(access: .disabled(until: nil)), by: .commandLine)
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }

        #expect(results.count { $0 } == 1)
        #expect(try await world.database.read { try $0.accounts.firstAdministrator() } != nil)
    }

    @Test(arguments: TestEngine.available)
    func `users are listed oldest first, found by a part of their address, without deleted ones`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let emails = ["ada@example.com", "a_b@example.com", "axb@example.org", "gone@example.com"]
        var last: ID<User>?
        for email in emails {
            world.clock.advance(by: .milliseconds(1))
            last = try await world.signedIn(email).user.id
        }
        try await world.identity.users.delete(try #require(last))
        func find(_ text: String, limit: Int = 10) async throws -> [String] {
            try await world.database.read { transaction in
                let found = try transaction.accounts.users(containing: text, limit: limit).map(\.email)
                return try found + ["of \(transaction.accounts.countUsers(containing: text))"]
            }
        }

        #expect(try await find("") == emails.prefix(3) + ["of 3"])
        #expect(try await find("", limit: 1) == ["ada@example.com", "of 3"])
        #expect(try await find("A_B") == ["a_b@example.com", "of 1"], "no wildcard")
        #expect(try await find("example.org") == ["axb@example.org", "of 1"])
        for text in ["%", "!", "deleted.invalid", "gone"] { #expect(try await find(text) == ["of 0"], "\(text)") }
    }

    @Test(arguments: TestEngine.available)
    func `a user whom an operator creates is in the audit log`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine, mode: .closed)

        let user = try await world.identity.signUp.create(
            email: "ada@example.com", password: nil, isConfirmed: true, by: .serviceRole)
        await #expect(throws: SignUpError.taken) {
            try await world.identity.signUp.create(
                email: "ada@example.com", password: nil, isConfirmed: true, by: .serviceRole)
        }

        #expect(try await log(world, user.id) == ["users.create service-role key"])
        #expect(try await world.number("SELECT COUNT(*) AS value FROM audit_log") == 1)
    }
}

package import Core
package import SQL

/// Identity over a real database in a folder of its own, with a clock that stands still.
package struct IdentityFixture: Sendable {
    package let database: Database
    package let clock: FakeTime
    package let identity: Identity
    package let passwords: Passwords
    package let folder: TemporaryFolder
    package let client = Client(address: "203.0.113.7", userAgent: "tests")

    package init(
        _ engine: TestEngine = .sqlite, mode: SignUp.Mode = .open, confirmsByMail: Bool = false,
        clock: FakeTime = FakeTime()
    ) async throws {
        folder = try TemporaryFolder()
        database = try await engine.database(in: folder.path)
        self.clock = clock
        passwords = try Passwords(cost: .trivial)
        identity = await Identity(
            database: database, secrets: try await .make(now: clock.now), publicURL: "http://localhost:8080",
            signUpMode: mode,
            confirmsByMail: confirmsByMail, time: clock.time, passwords: passwords)
    }

    /// A user with the password `correct horse`, signed in.
    package func signedIn(_ email: String = "ada@example.com") async throws -> SignedIn {
        let user = try await identity.signUp(email: email, password: "correct horse", from: client)
        return try await identity.sessions.start(for: user.id, from: client)
    }

    /// A second account that `user` belongs to.
    package func account(with user: ID<User>, as role: MemberRole) async throws -> ID<Account> {
        let now = clock.now
        let account = ID<Account>.make(at: now)
        try await database.write(order: .alone) { transaction in
            try transaction.execute(
                "INSERT INTO accounts (id, name, plan, created_at) VALUES ($1, 'Studio', 'free', $2)", account, now)
            try transaction.execute(
                "INSERT INTO members (account_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)", account, user,
                role, now)
        }
        return account
    }

    /// A number that a statement returns as `value`.
    package func number(_ statement: Statement, _ argument: String = "") async throws -> Int {
        try await database.read { transaction in
            let row = argument.isEmpty
                ? try transaction.queryOne(statement) : try transaction.queryOne(statement, argument)
            return try row?.get("value") ?? 0
        }
    }
}

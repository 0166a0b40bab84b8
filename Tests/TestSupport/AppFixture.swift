package import Core
package import SQL

/// The product over a real database in a folder of its own, with a clock that stands still: for tests of accounts
/// and routes.
package struct AppFixture: Sendable {
    package let app: Darkroom
    package let clock: FakeTime
    package let folder: TemporaryFolder
    package let client = Client(address: "203.0.113.7", userAgent: "tests")

    package init(
        _ engine: TestEngine = .sqlite, mode: SignUp.Mode = .open, confirmsByMail: Bool = false,
        clock: FakeTime = FakeTime(),
        publicURL: String = "http://localhost:8080", billing: Billing.Settings? = nil,
        anchors: TrustAnchors = .none
    ) async throws {
        folder = try TemporaryFolder()
        self.clock = clock
        let platform = try await Platform.testing(
            try await engine.database(in: folder.path), clock, publicURL: publicURL)
        var files = Files.Settings(folder: folder.path + "/files")
        files.anchors = anchors
        app = try await Darkroom(platform, DarkroomSettings(
            accounts: .init(signUp: mode, confirmsByMail: confirmsByMail, passwordCost: .trivial),
            files: files, billing: billing))
    }

    package var database: Database { app.platform.database }
    package var identity: Accounts { app.accounts }

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

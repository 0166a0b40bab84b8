@testable import Core
import SQL
import TestSupport
import Testing

struct KeyTests {
    private func owner(of world: AppFixture, _ email: String = "ada@example.com") async throws -> Actor {
        try await world.identity.authenticator.authenticate(world.signedIn(email).accessToken).actor
    }

    @Test(arguments: TestEngine.available)
    func `a key has 256 bits, and only its digest is stored`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let owner = try await owner(of: world)

        let (key, secret) = try await world.identity.apiKeys.create(named: " app ", by: owner)

        #expect(secret.wholeMatch(of: /dk_[0-9A-Za-z]{43}/) != nil)
        #expect(key.name == "app")
        #expect(secret.hasPrefix(key.prefix))
        #expect(key.prefix.count == 9)
        let stored = "SELECT COUNT(*) AS value FROM api_keys WHERE id || name || hash || prefix LIKE $1" as Statement
        #expect(try await world.number(stored, "%\(secret.dropFirst(9))%") == 0)
        #expect(try await world.number("SELECT COUNT(*) AS value FROM api_keys WHERE length(hash) = 64") == 1)
    }

    @Test(arguments: TestEngine.available)
    func `a revoked key gives no access, at once`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let owner = try await owner(of: world)
        let (key, secret) = try await world.identity.apiKeys.create(named: "app", by: owner)
        let (_, other) = try await world.identity.apiKeys.create(named: "other", by: owner)
        _ = try await world.identity.authenticator.authenticate(secret)

        try await world.identity.apiKeys.revoke(key.id, by: owner)

        await #expect(throws: AuthenticationError.unknownKey) {
            try await world.identity.authenticator.authenticate(secret)
        }
        await #expect(throws: APIKeyError.notFound) { try await world.identity.apiKeys.revoke(key.id, by: owner) }
        _ = try await world.identity.authenticator.authenticate(other)
        #expect(try await world.identity.apiKeys.list(for: owner).map(\.name) == ["other"])
    }

    @Test(arguments: TestEngine.available)
    func `an account sees and revokes its own keys only`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let ada = try await owner(of: world, "ada@example.com")
        let bob = try await owner(of: world, "bob@example.com")
        let (key, secret) = try await world.identity.apiKeys.create(named: "ada's", by: ada)

        #expect(try await world.identity.apiKeys.list(for: bob).isEmpty)
        await #expect(throws: APIKeyError.notFound) { try await world.identity.apiKeys.revoke(key.id, by: bob) }
        _ = try await world.identity.authenticator.authenticate(secret)
    }

    @Test(arguments: TestEngine.available)
    func `neither a member nor a key manages keys`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        let studio = try await world.account(with: signedIn.user.id, as: .member)
        let member = try await world.identity.authenticator.authenticate(
            signedIn.accessToken, account: studio.rawValue).actor
        let owner = try await world.identity.authenticator.authenticate(signedIn.accessToken).actor
        let (key, secret) = try await world.identity.apiKeys.create(named: "app", by: owner)
        let machine = try await world.identity.authenticator.authenticate(secret).actor

        for actor in [member, machine] {
            await #expect(throws: APIKeyError.notAllowed) {
                try await world.identity.apiKeys.create(named: "x", by: actor)
            }
            await #expect(throws: APIKeyError.notAllowed) { try await world.identity.apiKeys.list(for: actor) }
            await #expect(throws: APIKeyError.notAllowed) { try await world.identity.apiKeys.revoke(key.id, by: actor) }
        }
    }

    @Test(arguments: TestEngine.available)
    func `a name of 200 bytes is stored as it is`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let owner = try await owner(of: world)
        let name = String(repeating: "é", count: 100)

        _ = try await world.identity.apiKeys.create(named: name, by: owner)

        #expect(try await world.identity.apiKeys.list(for: owner).map(\.name) == [name])
    }

    @Test(arguments: [
        "", "   ", String(repeating: "n", count: 201), String(repeating: "é", count: 100) + "n",
        // One character, as people see it.
        "k" + String(repeating: "\u{301}", count: 100),
    ])
    func `a key has a name, which is bounded in bytes`(name: String) async throws {
        let world = try await AppFixture()
        let owner = try await owner(of: world)

        await #expect(throws: APIKeyError.invalidName) {
            try await world.identity.apiKeys.create(named: name, by: owner)
        }
    }

    @Test(arguments: TestEngine.available)
    func `an account has a hundred keys at most, not counting revoked ones`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let owner = try await owner(of: world)
        for number in 0..<100 { _ = try await world.identity.apiKeys.create(named: "\(number)", by: owner) }

        await #expect(throws: APIKeyError.tooMany) {
            try await world.identity.apiKeys.create(named: "one more", by: owner)
        }
        let newest = try #require(try await world.identity.apiKeys.list(for: owner, limit: 1).first)
        try await world.identity.apiKeys.revoke(newest.id, by: owner)
        _ = try await world.identity.apiKeys.create(named: "one more", by: owner)
    }

    @Test(arguments: TestEngine.available)
    func `the last use is stored by the next run, and not while the request is handled`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let owner = try await owner(of: world)
        let (_, secret) = try await world.identity.apiKeys.create(named: "app", by: owner)
        _ = try await world.identity.authenticator.authenticate(secret)
        world.clock.advance(by: .seconds(3))
        let lastUse = world.clock.now
        _ = try await world.identity.authenticator.authenticate(secret)
        #expect(try await world.identity.apiKeys.list(for: owner).first?.lastUsedAt == nil)

        try await world.identity.keyUses.runOnce()

        #expect(try await world.identity.apiKeys.list(for: owner).first?.lastUsedAt == lastUse)
    }

    @Test(arguments: TestEngine.available)
    func `an operator makes a key for any account that there is, and the audit log says so`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let ada = try await owner(of: world)

        let (key, secret) = try await world.identity.apiKeys.create(named: " app ", of: ada.account, by: .commandLine)

        let actor = try await world.identity.authenticator.authenticate(secret).actor
        #expect(actor.account == ada.account && actor.key == key.id && actor.user == nil)
        #expect(key.name == "app" && key.createdBy == nil)
        let entries = try await world.database.read { try $0.auditLog.auditLogEntries(limit: 10) }
        #expect(entries.map(\.action) == ["keys.create"] && entries.map(\.subject) == [key.id.rawValue])
        #expect(entries.first?.details == ["account": .string(ada.account.rawValue), "through": "command line"])
        await #expect(throws: APIKeyError.noSuchAccount) {
            try await world.identity.apiKeys.create(
                named: "app", of: .make(at: world.clock.now), by: .commandLine)
        }
        await #expect(throws: APIKeyError.invalidName) {
            try await world.identity.apiKeys.create(named: " ", of: ada.account, by: .commandLine)
        }
        #expect(try await world.identity.apiKeys.list(for: ada).map(\.id) == [key.id])
    }
}

@testable import Core
import SQL
import TestSupport
import Testing

struct SignInTests {
    private func attempt(
        _ world: AppFixture, _ password: String, _ email: String = "ada@example.com",
        from address: String = "203.0.113.7"
    ) async throws -> SignedIn {
        try await world.identity.signIn(
            email: email, password: password, from: Client(address: address, userAgent: nil))
    }

    @Test(arguments: TestEngine.available)
    func `the right password signs in, in upper or lower case of the address`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let user = try await world.signedIn("ada@example.com").user

        let signedIn = try await attempt(world, "correct horse", "Ada@EXAMPLE.com")

        #expect(signedIn.user.id == user.id)
        #expect(signedIn.user.lastSignInAt == world.clock.now)
        #expect(signedIn.expiresAt == world.clock.now + .seconds(3600))
    }

    @Test(
        arguments: [
            ("ada@example.com", "wrong horse"), ("nobody@example.com", "correct horse"),
            ("no address", "correct horse"), ("ada@example.com", ""),
        ])
    func `a wrong password, an unknown address and no address at all are refused alike`(
        email: String, password: String
    ) async throws {
        let world = try await AppFixture()
        _ = try await world.signedIn("ada@example.com")

        await #expect(throws: SignInError.invalidCredentials) { try await attempt(world, password, email) }
    }

    @Test(arguments: TestEngine.available)
    func `the eleventh wrong password in ten minutes is not checked, nor is a right one`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn()
        for number in 0..<10 {
            await #expect(throws: SignInError.invalidCredentials) {
                try await attempt(world, "wrong horse", from: "198.51.100.\(number)")
            }
        }

        world.clock.advance(by: .seconds(200))
        let throttled = SignInError.throttled(Throttled(retryAfter: .seconds(400)))
        await #expect(throws: throttled) { try await attempt(world, "correct horse", from: "198.51.100.99") }
        await #expect(throws: throttled) {
            try await attempt(world, "correct horse", "ADA@example.com", from: "198.51.100.99")
        }

        world.clock.advance(by: .seconds(400))
        _ = try await attempt(world, "correct horse")
    }

    @Test(arguments: TestEngine.available)
    func `guesses made at once count one by one`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn()

        let judged = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do {
                        _ = try await attempt(world, "wrong horse")
                    } catch SignInError.invalidCredentials { return true } catch {}
                    return false
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }

        #expect(judged == 10)
    }

    @Test(arguments: TestEngine.available)
    func `signing in clears the count of its address`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn()
        for _ in 0..<9 {
            await #expect(throws: SignInError.invalidCredentials) { try await attempt(world, "wrong horse") }
        }

        _ = try await attempt(world, "correct horse")

        for _ in 0..<9 {
            await #expect(throws: SignInError.invalidCredentials) { try await attempt(world, "wrong horse") }
        }
        _ = try await attempt(world, "correct horse")
    }

    @Test(arguments: TestEngine.available)
    func `one network cannot try many addresses, while its right passwords do not count`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn()
        for _ in 0..<70 { _ = try await attempt(world, "correct horse") }
        for number in 0..<60 {
            await #expect(throws: SignInError.invalidCredentials) {
                try await attempt(world, "wrong horse", "b\(number)@example.com")
            }
        }

        await #expect(throws: SignInError.throttled(Throttled(retryAfter: .seconds(600)))) {
            try await attempt(world, "correct horse")
        }
        _ = try await attempt(world, "correct horse", from: "198.51.100.1")
    }

    @Test(arguments: TestEngine.available)
    func `a disabled user does not sign in, and learns it with the right password only`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let user = try await world.signedIn().user
        let now = world.clock.now
        _ = try await world.database.write(order: .alone) {
            try $0.execute("UPDATE users SET disabled_at = $2 WHERE id = $1", user.id, now)
        }

        await #expect(throws: SignInError.invalidCredentials) { try await attempt(world, "wrong horse") }
        await #expect(throws: SignInError.userDisabled) { try await attempt(world, "correct horse") }
    }

    @Test(arguments: TestEngine.available)
    func `a password stored at a lower cost is hashed again when it is right`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let user = try await world.signedIn().user
        let cheap = try PasswordHash(
            of: "correct horse", cost: PasswordHash.Cost(rounds: 2, blockSize: 1, parallelism: 1))
        let now = world.clock.now
        _ = try await world.database.write(order: .alone) { try $0.accounts.setPassword(cheap, of: user.id, now: now) }

        _ = try await attempt(world, "correct horse")

        let email = try #require(EmailAddress(user.email))
        #expect(try await world.database.read { try $0.accounts.credentials(of: email)?.hash?.cost } == .trivial)
        _ = try await attempt(world, "correct horse")
    }

    @Test(arguments: TestEngine.available)
    func `counts whose window has passed are removed`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        await #expect(throws: SignInError.invalidCredentials) { try await attempt(world, "wrong horse") }
        let cleanup = DeleteEndedSessions(database: world.database, time: world.clock.time)

        #expect(try await cleanup.runOnce() == 0)
        world.clock.advance(by: .seconds(601))
        #expect(try await cleanup.runOnce() == 2)
        #expect(try await world.number("SELECT COUNT(*) AS value FROM throttles") == 0)
    }

    @Test(arguments: TestEngine.available)
    func `the counts contain no address and no password`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        await #expect(throws: SignInError.invalidCredentials) {
            try await attempt(world, "wrong horse", "my secret by mistake")
        }

        #expect(try await world.number("SELECT COUNT(*) AS value FROM throttles WHERE subject LIKE '%secret%'") == 0)
    }
}

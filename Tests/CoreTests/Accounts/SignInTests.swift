@testable import Core
import Crypto
import Foundation
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

    /// Wrong passwords for one address, from `networks` with `each` of them.
    private func guess(_ world: AppFixture, from networks: some Sequence<String>, each: Int = 10) async {
        for network in networks {
            for _ in 0..<each {
                await #expect(throws: SignInError.invalidCredentials) {
                    try await attempt(world, "wrong horse", from: network)
                }
            }
        }
    }

    private let throttled = SignInError.throttled(Throttled(retryAfter: .seconds(600)))
    private let elsewhere = (0..<10).map { "198.51.100.\($0)" }

    @Test(arguments: TestEngine.available)
    func `the eleventh wrong password from a network is not checked, nor is a right one, and another network signs in`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn()
        await guess(world, from: ["203.0.113.7"])

        world.clock.advance(by: .seconds(200))
        let throttled = SignInError.throttled(Throttled(retryAfter: .seconds(400)))
        await #expect(throws: throttled) { try await attempt(world, "correct horse") }
        await #expect(throws: throttled) { try await attempt(world, "correct horse", "ADA@example.com") }
        _ = try await attempt(world, "correct horse", from: "198.51.100.99")

        world.clock.advance(by: .seconds(400))
        _ = try await attempt(world, "correct horse")
    }

    @Test(arguments: TestEngine.available)
    func `a hundred wrong passwords from everywhere keep out new networks, and not the one that signed in before`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn()
        await guess(world, from: elsewhere)

        await #expect(throws: throttled) { try await attempt(world, "wrong horse", from: "198.51.100.99") }
        await #expect(throws: throttled) { try await attempt(world, "correct horse", from: "198.51.100.99") }
        _ = try await attempt(world, "correct horse")
        await #expect(throws: throttled, "signing in elsewhere gives those who guess nothing back") {
            try await attempt(world, "wrong horse", from: "198.51.100.99")
        }
        await guess(world, from: ["203.0.113.7"])
        await #expect(throws: throttled) { try await attempt(world, "correct horse") }

        world.clock.advance(by: .seconds(600))
        _ = try await attempt(world, "correct horse", from: "198.51.100.99")
    }

    @Test(arguments: TestEngine.available)
    func `a network is known for 90 days after signing in, and only to the user who did`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn()
        _ = try await attempt(world, "correct horse", from: "198.51.100.98")
        world.clock.advance(by: .seconds(89 * 86_400))
        _ = try await attempt(world, "correct horse")
        world.clock.advance(by: .seconds(86_400))
        _ = try await world.identity.signUp(
            email: "bob@example.com", password: "correct horse", from: world.client)
        _ = try await attempt(world, "correct horse", "bob@example.com", from: "198.51.100.99")
        await guess(world, from: elsewhere)

        _ = try await attempt(world, "correct horse")
        await #expect(throws: throttled, "90 days ago") {
            try await attempt(world, "correct horse", from: "198.51.100.98")
        }
        await #expect(throws: throttled, "another user's") {
            try await attempt(world, "correct horse", from: "198.51.100.99")
        }
    }

    @Test(arguments: TestEngine.available)
    func `ten networks of a user are known, the one unused for longest makes room`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let user = try await world.signedIn().user
        for number in 0..<10 {
            world.clock.advance(by: .seconds(60))
            _ = try await attempt(world, "correct horse", from: "192.0.2.\(number)")
        }
        world.clock.advance(by: .seconds(600))
        await guess(world, from: elsewhere)

        #expect(
            try await world.number(
                "SELECT COUNT(*) AS value FROM known_networks WHERE user_id = $1", user.id.rawValue) == 10)
        await #expect(throws: throttled) { try await attempt(world, "correct horse") }
        _ = try await attempt(world, "correct horse", from: "192.0.2.0")
        _ = try await attempt(world, "correct horse", from: "192.0.2.9")
    }

    @Test func `a stored network is no address, and another installation stores another text`() async throws {
        let digest = NetworkDigest(key: SymmetricKey(data: [UInt8](repeating: 1, count: 32)))
        let others = NetworkDigest(key: SymmetricKey(data: [UInt8](repeating: 2, count: 32)))

        #expect(digest.digest(of: "203.0.113.7") == digest.digest(of: "203.0.113.7"))
        #expect(digest.digest(of: "203.0.113.7") != digest.digest(of: "203.0.113.8"))
        #expect(digest.digest(of: "203.0.113.7") != others.digest(of: "203.0.113.7"))
        #expect(digest.digest(of: "203.0.113.7").utf8.count == 32)
    }

    /// One that is refused since two others of its network are pending is tried again: it must have counted nowhere.
    private func retried(_ body: () async throws -> Void) async throws {
        while true {
            do { return try await body() } catch is Passwords.Busy { await Task.yield() }
        }
    }

    @Test(arguments: TestEngine.available)
    func `guesses made at once count one by one, and those that were too many at once do not`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn()

        let judged = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do {
                        try await retried { _ = try await attempt(world, "wrong horse") }
                    } catch SignInError.invalidCredentials { return true } catch {}
                    return false
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }

        #expect(judged == 10)
    }

    @Test func `who is refused takes no place from others of their network`() async throws {
        let world = try await AppFixture()
        _ = try await world.signedIn()
        await guess(world, from: ["203.0.113.7"])
        let passwords = try Passwords(cost: .trivial)
        let check = PasswordCheck(
            database: world.database, passwords: passwords,
            networks: NetworkDigest(key: world.identity.secrets.key(for: .knownNetworks)), time: world.clock.time)
        let line = PasswordLine.network(world.client.address)

        try await passwords.withPlace(in: line) { _ in
            try await passwords.withPlace(in: line) { _ in
                await #expect(throws: throttled) {
                    try await check("ada@example.com", "correct horse", from: world.client)
                }
                await #expect(throws: Passwords.Busy.self) {
                    try await check("bob@example.com", "correct horse", from: world.client)
                }
            }
        }
        #expect(passwords.hashes == 0)
    }

    @Test(arguments: TestEngine.available)
    func `a user signs in thirty times in ten minutes, at once and from wherever they do`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn()
        _ = try await world.signedIn("bob@example.com")

        let signedIn = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<40 {
                group.addTask {
                    do {
                        _ = try await attempt(world, "correct horse", from: "192.0.2.\(number)")
                        return true
                    } catch { return false }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }

        #expect(signedIn == 30)
        await #expect(throws: throttled) { try await attempt(world, "correct horse") }
        _ = try await attempt(world, "correct horse", "bob@example.com")
        world.clock.advance(by: .seconds(600))
        _ = try await attempt(world, "correct horse")
    }

    @Test(arguments: TestEngine.available)
    func `whatever a network has hashed counts, and refuses it everything that hashes`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        await #expect(throws: SignInError.invalidCredentials) { try await attempt(world, "wrong horse") }
        _ = try await attempt(world, "correct horse")
        func change(_ password: String, _ current: String?, from address: String) async throws {
            _ = try await world.identity.users.change(
                signedIn.user.id, .init(password: password, currentPassword: current), in: signedIn.session,
                from: Client(address: address, userAgent: nil))
        }
        try await change("battery staple", nil, from: "203.0.113.7")
        try await change("correct horse", "battery staple", from: "203.0.113.7")

        let counted = try await world.number(
            "SELECT count AS value FROM throttles WHERE subject = $1", "passwords:from:203.0.113.7")
        #expect(counted == 7, "the sign-up, two sign-ins, and two for each of two changes")
        _ = try await world.database.write(order: .alone) {
            try $0.execute("UPDATE throttles SET count = 600 WHERE subject = 'passwords:from:203.0.113.7'")
        }
        await #expect(throws: throttled) { try await attempt(world, "correct horse") }
        await #expect(throws: throttled) { try await change("battery staple", nil, from: "203.0.113.7") }
        await #expect(throws: throttled) { try await change("battery staple", "correct horse", from: "203.0.113.7") }
        await #expect(throws: SignUpError.throttled(Throttled(retryAfter: .seconds(600)))) {
            _ = try await world.signedIn("bob@example.com")
        }
        _ = try await attempt(world, "correct horse", from: "198.51.100.1")
        try await change("battery staple", "correct horse", from: "198.51.100.1")
    }

    @Test(arguments: TestEngine.available)
    func `signing in clears the count of its address and network`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn()
        await guess(world, from: ["203.0.113.7"], each: 9)

        _ = try await attempt(world, "correct horse")

        await guess(world, from: ["203.0.113.7"], each: 9)
        _ = try await attempt(world, "correct horse")
    }

    @Test(arguments: TestEngine.available)
    func `one network cannot try many addresses, while its right passwords do not count`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn()
        for _ in 0..<10 { _ = try await attempt(world, "correct horse") }
        for number in 0..<60 {
            await #expect(throws: SignInError.invalidCredentials) {
                try await attempt(world, "wrong horse", "b\(number)@example.com")
            }
        }

        await #expect(throws: throttled) { try await attempt(world, "correct horse") }
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
        #expect(try await cleanup.runOnce() == 4)
        #expect(try await world.number("SELECT COUNT(*) AS value FROM throttles") == 0)
    }

    @Test(arguments: TestEngine.available)
    func `networks that nobody signed in from for 90 days are removed`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        _ = try await world.signedIn()
        world.clock.advance(by: .seconds(86_400))
        _ = try await attempt(world, "correct horse", from: "198.51.100.1")
        let cleanup = DeleteEndedSessions(database: world.database, time: world.clock.time)

        world.clock.advance(by: .seconds(89 * 86_400))
        try await cleanup.runOnce()
        #expect(try await world.number("SELECT COUNT(*) AS value FROM known_networks") == 1)
        world.clock.advance(by: .seconds(86_400))
        try await cleanup.runOnce()
        #expect(try await world.number("SELECT COUNT(*) AS value FROM known_networks") == 0)
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

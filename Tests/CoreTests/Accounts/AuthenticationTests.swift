@testable import Core
import Crypto
import Foundation
import SQL
import TestSupport
import Testing

struct AuthenticationTests {
    @Test(arguments: TestEngine.available)
    func `an access token acts for its user's personal account as its owner`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()

        let credential = try await world.identity.authenticator.authenticate(signedIn.accessToken)

        #expect(
            credential.actor == Actor(
                account: signedIn.user.personalAccount, user: signedIn.user.id, key: nil, role: .owner,
                platformRole: .user))
        #expect(credential.session == signedIn.session)
    }

    @Test(arguments: TestEngine.available)
    func `an access token ends with its hour`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        world.clock.advance(by: .milliseconds(3_599_999))
        _ = try await world.identity.authenticator.authenticate(signedIn.accessToken)
        world.clock.advance(by: .milliseconds(1))

        await #expect(throws: AuthenticationError.expiredToken) {
            try await world.identity.authenticator.authenticate(signedIn.accessToken)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a token that others signed, or that was altered, proves nothing`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let other = try await AppFixture(engine)
        let mine = try await world.signedIn().accessToken
        let foreign = try await other.signedIn().accessToken
        let parts = mine.split(separator: ".")
        let claims = Base64URL.text(#"{"role":"authenticated","sub":"x"}"#.utf8)
        let unsigned = Base64URL.text(#"{"alg":"none","typ":"JWT"}"#.utf8)
        let project = [world.identity.secrets.anonKey, world.identity.secrets.serviceRoleKey]

        for token in [
            "", "x", "a.b.c", foreign, "\(parts[0]).\(claims).\(parts[2])", "\(unsigned).\(parts[1]).",
            String(repeating: "a", count: 20_000),
        ] + project {
            await #expect(throws: AuthenticationError.invalidToken) {
                try await world.identity.authenticator.authenticate(token)
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func `an access token can be verified with the published keys alone`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        let parts = signedIn.accessToken.split(separator: ".")
        let header = try JSON(parsing: bytes(parts[0]))
        let published = try #require(world.identity.tokens.keySet["keys"]?.array?.first { $0["kid"] == header["kid"] })
        let point = try bytes(published["x"]?.string ?? "") + bytes(published["y"]?.string ?? "")
        let key = try P256.Signing.PublicKey(rawRepresentation: point)
        let signature = try P256.Signing.ECDSASignature(rawRepresentation: bytes(parts[2]))

        #expect(header["alg"] == "ES256")
        #expect(key.isValidSignature(signature, for: Data("\(parts[0]).\(parts[1])".utf8)))
        #expect(published["d"] == nil)
        let claims = try JSON(parsing: bytes(parts[1]))
        #expect(claims["sub"]?.string == signedIn.user.id.rawValue)
        #expect(claims["iss"] == "http://localhost:8080/auth/v1")
        #expect(claims["aud"] == "authenticated")
        #expect(claims["session_id"]?.string == signedIn.session.rawValue)
        #expect(claims["exp"]?.integer == world.clock.now.seconds + 3600)
    }

    private func bytes(_ text: some StringProtocol) throws -> Data {
        let standard = String(text).replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.count % 4) % 4)
        return try #require(Data(base64Encoded: standard + padding))
    }

    @Test(arguments: TestEngine.available)
    func `another account is acted for by its members only`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let ada = try await world.signedIn("ada@example.com")
        let bob = try await world.signedIn("bob@example.com")
        let studio = try await world.account(with: ada.user.id, as: .admin)

        let credential = try await world.identity.authenticator.authenticate(
            ada.accessToken, account: studio.rawValue.uppercased())
        #expect(credential.actor.account == studio)
        #expect(credential.actor.role == .admin)

        for account in [
            studio.rawValue, ada.user.id.rawValue, "nonsense", ID<Account>.make(at: world.clock.now).rawValue,
        ] {
            await #expect(throws: AuthenticationError.noSuchAccount) {
                try await world.identity.authenticator.authenticate(bob.accessToken, account: account)
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func `a disabled user and a disabled account are refused`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        let studio = try await world.account(with: signedIn.user.id, as: .owner)
        let now = world.clock.now
        let authenticator = world.identity.authenticator

        _ = try await world.database.write(order: .alone) {
            try $0.execute("UPDATE accounts SET disabled_at = $2 WHERE id = $1", studio, now)
        }
        await #expect(throws: AuthenticationError.accountDisabled) {
            try await authenticator.authenticate(signedIn.accessToken, account: studio.rawValue)
        }
        _ = try await authenticator.authenticate(signedIn.accessToken)

        world.clock.advance(by: CredentialCache.lifetime)
        _ = try await world.database.write(order: .alone) {
            try $0.execute("UPDATE users SET disabled_at = $2 WHERE id = $1", signedIn.user.id, now)
        }
        await #expect(throws: AuthenticationError.userDisabled) {
            try await authenticator.authenticate(signedIn.accessToken)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a key acts for its account, as nobody and as a member`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let owner = try await world.identity.authenticator.authenticate(world.signedIn().accessToken).actor
        let (key, secret) = try await world.identity.apiKeys.create(named: "app", by: owner)

        let credential = try await world.identity.authenticator.authenticate(secret)

        #expect(
            credential.actor
                == Actor(account: owner.account, user: nil, key: key.id, role: .member, platformRole: .user))
        #expect(credential.session == nil)
        #expect(
            try await world.identity.authenticator.authenticate(secret, account: owner.account.rawValue) == credential)
        await #expect(throws: AuthenticationError.noSuchAccount) {
            try await world.identity.authenticator.authenticate(
                secret, account: ID<Account>.make(at: world.clock.now).rawValue)
        }
    }

    @Test(arguments: ["dk_", "dk_nonsense", "dk_" + String(repeating: "x", count: 5000)])
    func `an unknown key is refused`(key: String) async throws {
        let world = try await AppFixture()

        await #expect(throws: AuthenticationError.unknownKey) {
            try await world.identity.authenticator.authenticate(key)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a key of a disabled account, or of a deleted user's, gives no access`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        let owner = try await world.identity.authenticator.authenticate(signedIn.accessToken).actor
        let (_, secret) = try await world.identity.apiKeys.create(named: "app", by: owner)
        let now = world.clock.now

        _ = try await world.database.write(order: .alone) {
            try $0.execute("UPDATE users SET disabled_at = $2 WHERE id = $1", signedIn.user.id, now)
        }
        await #expect(throws: AuthenticationError.userDisabled) {
            try await world.identity.authenticator.authenticate(secret)
        }
        try await world.identity.users.delete(signedIn.user.id)
        await #expect(throws: AuthenticationError.unknownKey) {
            try await world.identity.authenticator.authenticate(secret)
        }
    }

    @Test(arguments: TestEngine.available)
    func `what another node ended stays valid for five seconds and no longer`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        let authenticator = world.identity.authenticator
        _ = try await authenticator.authenticate(signedIn.accessToken)
        let now = world.clock.now
        _ = try await world.database.write(order: .alone) {
            try $0.accounts.endSession(signedIn.session, .signedOut, now: now)
        }

        world.clock.advance(by: .milliseconds(4999))
        _ = try await authenticator.authenticate(signedIn.accessToken)
        world.clock.advance(by: .milliseconds(1))
        await #expect(throws: AuthenticationError.sessionEnded) {
            try await authenticator.authenticate(signedIn.accessToken)
        }
    }
}

struct ProofCacheTests {
    private let now = Instant(seconds: 1000)

    private func credential() -> Credential {
        Credential(
            actor: Actor(account: .make(at: now), user: nil, key: .make(at: now), role: .member, platformRole: .user),
            session: nil)
    }

    @Test func `what is proved while something is forgotten is not cached`() async throws {
        let cache = CredentialCache()
        let ended = credential()
        let key = try #require(ended.actor.key)

        _ = try await cache.credential("a", now: now) {
            cache.forget(.key(key))
            return ended
        }

        #expect(cache.count == 0)
    }

    @Test func `it holds no more than two generations, and the entries used last stay`() async throws {
        let cache = CredentialCache(limit: 10)
        let favorite = credential()
        for number in 0..<1000 {
            _ = try await cache.credential("\(number)", now: now) { credential() }
            let cached = try await cache.credential("favorite", now: now) { number == 0 ? favorite : credential() }
            #expect(cached == favorite)
            #expect(cache.count <= 21)
        }
    }
}

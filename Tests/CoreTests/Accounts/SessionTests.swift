@testable import Core
import SQL
import TestSupport
import Testing

struct SessionTests {
    @Test(arguments: TestEngine.available)
    func `a refresh gives a new refresh token of the same session`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let first = try await world.signedIn()
        world.clock.advance(by: .seconds(3000))

        let second = try await world.identity.sessions.refresh(first.refreshToken)

        #expect(second.session == first.session)
        #expect(second.user.id == first.user.id)
        #expect(second.refreshToken != first.refreshToken)
        #expect(second.accessToken != first.accessToken)
        #expect(second.expiresAt == world.clock.now + .seconds(3600))
    }

    @Test(arguments: TestEngine.available)
    func `the same token within ten seconds gives the same successor, since two tabs refresh at once`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let first = try await world.signedIn()

        let one = try await world.identity.sessions.refresh(first.refreshToken)
        world.clock.advance(by: .seconds(10))
        let other = try await world.identity.sessions.refresh(first.refreshToken)

        #expect(one.refreshToken == other.refreshToken)
        _ = try await world.identity.sessions.refresh(other.refreshToken)
    }

    @Test(arguments: TestEngine.available)
    func `many refreshes at once end in one successor`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let first = try await world.signedIn()

        let successors = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 {
                group.addTask { try await world.identity.sessions.refresh(first.refreshToken).refreshToken }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }

        #expect(successors.count == 1)
    }

    @Test(arguments: TestEngine.available)
    func `the same token after ten seconds ends the whole session, its newest tokens too`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let first = try await world.signedIn()
        let second = try await world.identity.sessions.refresh(first.refreshToken)
        _ = try await world.identity.authenticator.authenticate(second.accessToken)
        world.clock.advance(by: .milliseconds(10_001))

        await #expect(throws: RefreshError.alreadyUsed) {
            try await world.identity.sessions.refresh(first.refreshToken)
        }

        await #expect(throws: RefreshError.alreadyUsed) {
            try await world.identity.sessions.refresh(second.refreshToken)
        }
        await #expect(throws: AuthenticationError.sessionEnded) {
            try await world.identity.authenticator.authenticate(second.accessToken)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a token two refreshes old ends the session, also within ten seconds`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let first = try await world.signedIn()
        let second = try await world.identity.sessions.refresh(first.refreshToken)
        _ = try await world.identity.sessions.refresh(second.refreshToken)

        await #expect(throws: RefreshError.alreadyUsed) {
            try await world.identity.sessions.refresh(first.refreshToken)
        }
    }

    @Test(arguments: TestEngine.available)
    func `the end of one session leaves the user's others alone`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let first = try await world.signedIn()
        let other = try await world.identity.sessions.start(for: first.user.id, from: world.client)
        _ = try await world.identity.sessions.refresh(first.refreshToken)
        world.clock.advance(by: .seconds(11))
        await #expect(throws: RefreshError.alreadyUsed) {
            try await world.identity.sessions.refresh(first.refreshToken)
        }

        _ = try await world.identity.sessions.refresh(other.refreshToken)
    }

    @Test(arguments: TestEngine.available)
    func `an invented, altered or future token is unknown and ends nothing`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        let key = world.identity.secrets.key(for: .refreshTokens)
        let future = RefreshToken(session: signedIn.session, generation: 7).text(key: key)
        let foreign = RefreshToken(session: signedIn.session, generation: 1).text(
            key: world.identity.secrets.key(for: .signedLinks))
        let altered = signedIn.refreshToken.replacing(".1.", with: ".01.")
        let nobody = RefreshToken(session: .make(at: world.clock.now), generation: 1).text(key: key)

        for token in ["", "x", "a.b.c", altered, future, foreign, nobody, String(repeating: "a", count: 10_000)] {
            await #expect(throws: RefreshError.notFound) { try await world.identity.sessions.refresh(token) }
        }
        _ = try await world.identity.sessions.refresh(signedIn.refreshToken)
    }

    @Test(arguments: TestEngine.available)
    func `a device that was away for half a year signs in again`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        world.clock.advance(by: Session.idleLimit + .milliseconds(1))

        await #expect(throws: RefreshError.expired) { try await world.identity.sessions.refresh(signedIn.refreshToken) }
        #expect(try await DeleteEndedSessions(database: world.database, time: world.clock.time).runOnce() > 0)
        await #expect(throws: RefreshError.notFound) {
            try await world.identity.sessions.refresh(signedIn.refreshToken)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a disabled user refreshes nothing`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        let now = world.clock.now
        _ = try await world.database.write(order: .alone) {
            try $0.execute("UPDATE users SET disabled_at = $2 WHERE id = $1", signedIn.user.id, now)
        }

        await #expect(throws: RefreshError.userDisabled) {
            try await world.identity.sessions.refresh(signedIn.refreshToken)
        }
    }

    @Test(arguments: [
        (Sessions.Scope.local, [false, true]), (.others, [true, false]), (.global, [false, false]),
    ])
    func `signing out ends the sessions it names, at once`(scope: Sessions.Scope, goesOn: [Bool]) async throws {
        let world = try await AppFixture()
        let current = try await world.signedIn()
        let other = try await world.identity.sessions.start(for: current.user.id, from: world.client)
        for token in [current, other] { _ = try await world.identity.authenticator.authenticate(token.accessToken) }

        try await world.identity.sessions.end(scope, of: current.user.id, current: current.session)

        for (signedIn, goesOn) in zip([current, other], goesOn) {
            if goesOn {
                _ = try await world.identity.authenticator.authenticate(signedIn.accessToken)
                _ = try await world.identity.sessions.refresh(signedIn.refreshToken)
            } else {
                await #expect(throws: AuthenticationError.sessionEnded) {
                    try await world.identity.authenticator.authenticate(signedIn.accessToken)
                }
                await #expect(throws: RefreshError.notFound) {
                    try await world.identity.sessions.refresh(signedIn.refreshToken)
                }
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func `the hundred-and-first session ends the longest unused`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let first = try await world.signedIn()
        world.clock.advance(by: .seconds(1))
        let second = try await world.identity.sessions.start(for: first.user.id, from: world.client)
        for _ in 0..<99 {
            world.clock.advance(by: .seconds(1))
            _ = try await world.identity.sessions.start(for: first.user.id, from: world.client)
        }

        await #expect(throws: RefreshError.notFound) { try await world.identity.sessions.refresh(first.refreshToken) }
        _ = try await world.identity.sessions.refresh(second.refreshToken)
        #expect(try await world.number("SELECT COUNT(*) AS value FROM sessions WHERE ended_at IS NULL") == 100)
    }

    @Test(arguments: TestEngine.available)
    func `no refresh token is stored`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let signedIn = try await world.signedIn()
        let mac = try #require(signedIn.refreshToken.split(separator: ".").last)

        let columns = "SELECT COUNT(*) AS value FROM sessions WHERE id || generation || user_agent LIKE $1" as Statement
        #expect(try await world.number(columns, "%\(mac)%") == 0)
    }
}

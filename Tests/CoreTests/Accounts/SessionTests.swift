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

    /// Which token of a session's numbers comes, and how long after the last refresh.
    @Test(arguments: [
        (5, .zero, .rotate), (5, .seconds(86_400), .rotate), (4, .zero, .repeatSuccessor),
        (4, .seconds(11), .repeatSuccessor), (4, Session.idleLimit, .repeatSuccessor), (3, .zero, .end),
        (1, .seconds(86_400), .end), (6, .zero, .refuse(.notFound)),
        (4, Session.idleLimit + .milliseconds(1), .refuse(.expired)),
        (3, Session.idleLimit + .milliseconds(1), .refuse(.expired)),
    ] as [(Int, Duration, Session.Exchange)])
    func `the parent of the unused token gets that one, however late, and an older one ends the session`(
        generation: Int, after: Duration, outcome: Session.Exchange
    ) {
        func session(_ end: Session.EndReason?) -> Session {
            Session(
                id: ID(rawValue: "s"), user: ID(rawValue: "u"), generation: 5, createdAt: Instant(seconds: 0),
                refreshedAt: Instant(seconds: 1000), endReason: end)
        }
        let now = Instant(seconds: 1000) + after

        #expect(session(nil).exchange(of: generation, now: now) == outcome)
        #expect(session(.reused).exchange(of: generation, now: now) == .refuse(.alreadyUsed))
        #expect(session(.signedOut).exchange(of: generation, now: now) == .refuse(.notFound))
    }

    @Test(arguments: TestEngine.available)
    func `a token whose response was lost gives the same successor, hours later and as often as it comes`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let first = try await world.signedIn()
        let lost = try await world.identity.sessions.refresh(first.refreshToken)

        for wait in [0, 9, 11, 86_400] {
            world.clock.advance(by: .seconds(wait))
            let again = try await world.identity.sessions.refresh(first.refreshToken)
            #expect(again.refreshToken == lost.refreshToken)
            _ = try await world.identity.authenticator.authenticate(again.accessToken)
        }
        #expect(try await world.identity.sessions.refresh(lost.refreshToken).refreshToken != lost.refreshToken)
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
        let next = try #require(successors.first)
        #expect(try await world.identity.sessions.refresh(next).session == first.session, "it goes on")
    }

    /// Whichever of the two comes first, at most one new token is there in the end.
    @Test(arguments: TestEngine.available)
    func `a token and its parent at once give one line of tokens, or end the session`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        for _ in 0..<10 {
            let user = try await world.identity.sessions.start(for: try await world.user(), from: world.client)
            let current = try await world.identity.sessions.refresh(user.refreshToken)

            async let child = world.refreshed(current.refreshToken)
            async let parent = world.refreshed(user.refreshToken)
            let (next, repeated) = try await (child, parent)

            // The parent was first and got the current token, or it came after that was used, which ends the session.
            #expect(repeated == current.refreshToken || repeated == nil)
            if repeated != nil {
                #expect(next != nil && next != current.refreshToken)
            } else {
                #expect(try await world.refreshed(current.refreshToken) == nil)
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func `a token whose successor was used ends the whole session, its newest tokens too`(
        on engine: TestEngine
    ) async throws {
        let world = try await AppFixture(engine)
        let first = try await world.signedIn()
        let used = try await world.identity.sessions.refresh(first.refreshToken)
        let second = try await world.identity.sessions.refresh(used.refreshToken)
        _ = try await world.identity.authenticator.authenticate(second.accessToken)

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
    func `the end of one session leaves the user's others alone`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let first = try await world.signedIn()
        let other = try await world.identity.sessions.start(for: first.user.id, from: world.client)
        let second = try await world.identity.sessions.refresh(first.refreshToken)
        _ = try await world.identity.sessions.refresh(second.refreshToken)
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

extension AppFixture {
    fileprivate func user() async throws -> ID<User> {
        let known = try await database.read { transaction in
            try EmailAddress("ada@example.com").flatMap { try transaction.accounts.user(withEmail: $0)?.id }
        }
        if let known { return known }
        return try await identity.signUp(email: "ada@example.com", password: "correct horse", from: client).id
    }

    /// Nil if the session has ended, or ends now.
    fileprivate func refreshed(_ token: String) async throws -> String? {
        do { return try await identity.sessions.refresh(token).refreshToken } catch is RefreshError { return nil }
    }
}

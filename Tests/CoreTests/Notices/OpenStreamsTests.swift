@testable import Core
import SQL
import Synchronization
import TestSupport
import Testing

/// How many streams an account has, and how long each may go on.
struct OpenStreamsTests {
    @Test func `an account has so many streams, and another account its own`() async throws {
        let world = try await AppFixture()
        let ada = try await world.credential("ada@example.com")
        let bob = try await world.credential("bob@example.com")
        let streams = OpenStreams(
            authenticator: world.identity.authenticator, limit: 2, time: world.clock.time,
            logger: world.app.platform.logger)

        let first = try streams.open(ada)
        var second: OpenStream? = try streams.open(ada)
        #expect(throws: TooManyStreams(limit: 2)) { try streams.open(ada) }
        _ = try streams.open(bob)
        // Nobody refers to it any more, whatever became of its response.
        withExtendedLifetime(second) {}
        second = nil

        #expect(throws: Never.self) { try streams.open(ada) }
        withExtendedLifetime(first) {}
    }

    /// What ends what a person or a key may do.
    enum End: CaseIterable {
        case keyRevoked, signedOut, signedOutEverywhere, passwordChanged, userDisabled, userDeleted, accountDisabled
        case noMember, tokenExpired

        /// By a call to this node, which ends streams before it returns. The rest is found in the database.
        var isDoneHere: Bool {
            switch self {
            case .keyRevoked, .signedOut, .signedOutEverywhere, .passwordChanged, .userDeleted: true
            case .userDisabled, .accountDisabled, .noMember, .tokenExpired: false
            }
        }
    }

    @Test(arguments: TestEngine.available, End.allCases)
    func `a stream ends with what opened it, and the streams of others go on`(
        on engine: TestEngine, end: End
    ) async throws {
        let world = try await AppFixture(engine)
        let streams = world.app.notices.streams
        let bob = try await world.credential("bob@example.com")
        let signedIn = try await world.signedIn()
        let own = try await world.identity.authenticator.authenticate(signedIn.accessToken)
        let studio = try await world.account(with: signedIn.user.id, as: .admin)
        let shared = try await world.identity.authenticator.authenticate(
            signedIn.accessToken, account: studio.rawValue)
        let (key, secret) = try await world.identity.apiKeys.create(named: "app", by: own.actor)
        let byKey = try await world.identity.authenticator.authenticate(secret)
        let ends = Mutex(0)
        let opened = try [bob, own, shared, byKey].map { try streams.open($0) }
        for stream in opened { stream.onEnd { ends.withLock { $0 += 1 } } }
        try await streams.endUnproved()
        #expect(opened.map(\.hasEnded) == [false, false, false, false])

        let expected = try await end.happen(
            in: world, signedIn, own: own, studio: studio, key: key.id, bob: bob)
        #expect(opened.map(\.hasEnded) == (end.isDoneHere ? expected : [false, false, false, false]))
        try await streams.endUnproved()
        try await streams.endUnproved()

        #expect(opened.map(\.hasEnded) == expected)
        #expect(ends.withLock { $0 } == expected.count { $0 })
    }

    @Test func `who waits for the end of a stream that has ended is told at once`() async throws {
        let world = try await AppFixture()
        let streams = world.app.notices.streams
        let signedIn = try await world.signedIn()
        let stream = try streams.open(try await world.identity.authenticator.authenticate(signedIn.accessToken))
        try await world.identity.sessions.end(.local, of: signedIn.user.id, current: signedIn.session)
        try await streams.endUnproved()
        let ends = Mutex(0)

        stream.onEnd { ends.withLock { $0 += 1 } }

        #expect(ends.withLock { $0 } == 1)
    }

    @Test(arguments: TestEngine.available)
    func `a thousand holders are checked in a few statements`(on engine: TestEngine) async throws {
        let world = try await AppFixture(engine)
        let streams = world.app.notices.streams
        let real = try await world.credential("ada@example.com")
        let keys = (0..<1_000).map { _ in
            Credential(
                actor: Actor(
                    account: .random(), user: nil, key: .random(), role: .member, platformRole: .user),
                session: nil)
        }
        let opened = try ([real] + keys).map { try streams.open($0) }

        try await streams.endUnproved()

        #expect(opened.map(\.hasEnded) == [false] + Array(repeating: true, count: 1_000))
    }
}

extension AppFixture {
    fileprivate func credential(_ email: String) async throws -> Credential {
        try await identity.authenticator.authenticate(signedIn(email).accessToken)
    }
}

extension OpenStreamsTests.End {
    /// Makes it happen, and returns which of Bob's, the user's own, the shared and the key's stream end.
    fileprivate func happen(
        in world: AppFixture, _ signedIn: SignedIn, own: Credential, studio: ID<Account>, key: ID<APIKey>,
        bob: Credential
    ) async throws -> [Bool] {
        let now = world.clock.now
        func execute(_ statement: Statement, _ id: any SQLConvertible) async throws {
            _ = try await world.database.write(order: .alone) { try $0.execute(statement, id, now) }
        }
        switch self {
        case .keyRevoked:
            try await world.identity.apiKeys.revoke(key, by: own.actor)
            return [false, false, false, true]
        case .signedOut:
            try await world.identity.sessions.end(.local, of: signedIn.user.id, current: signedIn.session)
            return [false, true, true, false]
        case .signedOutEverywhere:
            try await world.identity.sessions.end(.global, of: signedIn.user.id, current: signedIn.session)
            return [false, true, true, false]
        case .passwordChanged:
            let other = try await world.identity.sessions.start(for: signedIn.user.id, from: world.client)
            try await world.identity.sessions.end(.others, of: signedIn.user.id, current: other.session)
            return [false, true, true, false]
        case .userDisabled:
            try await execute("UPDATE users SET disabled_at = $2 WHERE id = $1", signedIn.user.id)
            return [false, true, true, true]
        case .userDeleted:
            try await world.identity.users.delete(signedIn.user.id)
            return [false, true, true, true]
        case .accountDisabled:
            try await execute("UPDATE accounts SET disabled_at = $2 WHERE id = $1", studio)
            return [false, false, true, false]
        case .noMember:
            try await execute("DELETE FROM members WHERE account_id = $1 AND created_at <= $2", studio)
            return [false, false, true, false]
        case .tokenExpired:
            world.clock.advance(by: .seconds(3_600))
            return [true, true, true, false]
        }
    }
}

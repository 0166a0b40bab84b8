import Core
import HTTPTypes
import TestSupport
import Testing
@testable import Web

struct TurnsTests {
    private let ada = ID<Account>.random()
    private let bob = ID<Account>.random()
    private let eve = ID<Account>.random()

    @Test func `an account has one turn, and a node as many as it allows`() throws {
        let turns = Turns(2)

        let first = try turns.take(for: ada)
        #expect(throws: APIError.self) { try turns.take(for: ada) }
        let second = try turns.take(for: bob)
        let refusal = #expect(throws: APIError.self) { try turns.take(for: eve) }

        #expect(refusal?.status == .tooManyRequests && refusal?.code == "rate_limited")
        #expect(refusal?.retryAfter == .seconds(2))
        withExtendedLifetime((first, second)) {}
    }

    @Test func `a turn is given back when its request has ended, also if that failed`() async throws {
        let turns = Turns(1)

        try await turns(for: ada) {
            await #expect(throws: APIError.self) { try await turns(for: bob) { Issue.record("two ran at once") } }
        }
        await #expect(throws: CancellationError.self) {
            try await turns(for: ada) { () throws -> Void in throw CancellationError() }
        }

        #expect(try await turns(for: nil) { 1 } == 1)
    }
}

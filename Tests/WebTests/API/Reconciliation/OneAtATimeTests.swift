import TestSupport
import Testing
@testable import Web

struct OneAtATimeTests {
    @Test func `a call during another is refused, and runs after it, even if that one failed`() async throws {
        let oneAtATime = OneAtATime()

        _ = try await oneAtATime(orThrow: Unexpected("running")) {
            await #expect(throws: Unexpected.self) {
                try await oneAtATime(orThrow: Unexpected("running")) { Issue.record("two ran at once") }
            }
        }
        await #expect(throws: CancellationError.self) {
            try await oneAtATime(orThrow: Unexpected("running")) { throw CancellationError() }
        }

        #expect(try await oneAtATime(orThrow: Unexpected("running")) { 1 } == 1)
    }
}

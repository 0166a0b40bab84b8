import TestSupport
import Testing
import Web

struct OneAtATimeTests {
    @Test func `who comes while another is in is refused, and let in after it, also where that failed`() async throws {
        let turn = OneAtATime()

        try await turn(orThrow: Unexpected("taken")) {
            await #expect(throws: Unexpected.self) { try await turn(orThrow: Unexpected("taken")) { Issue.record("two were in at once") } }
        }
        await #expect(throws: CancellationError.self) { try await turn(orThrow: Unexpected("taken")) { throw CancellationError() } }

        #expect(try await turn(orThrow: Unexpected("taken")) { 1 } == 1)
    }
}

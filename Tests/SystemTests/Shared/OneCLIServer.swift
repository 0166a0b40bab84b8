import Testing
import TestSupport

/// Tests of commands that share one server and leave it as it was, or as others do not mind.
@Suite(.oneCLIServer)
struct OneCLIServer {
    /// Throws where a suite is not nested in this one.
    static func server() throws -> CLIServer { try #require(SharedCLIServer.server) }
}

struct SharedCLIServer: SuiteTrait, TestScoping {
    @TaskLocal static var server: CLIServer?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        let server = try await CLIServer()
        try await Self.$server.withValue(server) { try await body() }
        await server.stop()
    }
}

extension Trait where Self == SharedCLIServer {
    static var oneCLIServer: SharedCLIServer { SharedCLIServer() }
}

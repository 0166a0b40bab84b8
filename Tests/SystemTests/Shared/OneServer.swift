import Testing
import TestSupport

/// Tests that share one running server, each with accounts of its own: starting one takes longer than most of them.
@Suite(.oneServer)
struct OneServer {
    /// Throws where a suite is not nested in this one.
    static func server() throws -> RunningServer { try #require(SharedServer.server) }
    static func sandbox() throws -> RunningSandbox { try #require(SharedServer.sandbox) }
}

/// Runs a suite against a server, which hands its work to a quick sandbox in a process of its own.
struct SharedServer: SuiteTrait, TestScoping {
    @TaskLocal static var server: RunningServer?
    @TaskLocal static var sandbox: RunningSandbox?

    func provideScope(for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void) async throws {
        let sandbox = try await RunningSandbox(["--duration", "0.05", "--concurrency", "16"])
        try await RunningServer.with(
            .init(sandbox: sandbox, engine: .ofSharedServers, environment: ["DARKROOM_UNANSWERED_SECONDS": "60"])) { server in
            try await Self.$server.withValue(server) { try await Self.$sandbox.withValue(sandbox) { try await body() } }
        }
        await sandbox.stop()
    }
}

extension Trait where Self == SharedServer {
    static var oneServer: SharedServer { SharedServer() }
}

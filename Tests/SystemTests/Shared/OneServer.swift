import Core
import SQL
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

    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        let sandbox = try await RunningSandbox(["--duration", "0.05", "--concurrency", "16"])
        try await RunningServer.with(
            .init(sandbox: sandbox, engine: .ofSharedServers, environment: ["DARKROOM_UNANSWERED_SECONDS": "60"])
        ) { server in
            try await server.learnsProvider()
            try await Self.$server.withValue(server) { try await Self.$sandbox.withValue(sandbox) { try await body() } }
        }
        await sandbox.stop()
    }
}

extension RunningServer {
    /// Has one job done. The first webhook that is believed names our account at the provider, and that is not to be
    /// the one of a test about strangers.
    fileprivate func learnsProvider() async throws {
        let user = try await account()
        _ = try await user.end(of: user.submit("the first of all"))
        let time = Time.system
        let end = time.now() + TestBound.wait
        while try await withDatabase({ try await $0.read { try $0.queryOne("SELECT 1 AS one FROM provider_accounts") } }
        ) == nil {
            guard time.now() < end else { throw Unexpected("no webhook was believed: \(log.suffix(2000))") }
            try await time.sleep(.milliseconds(30))
        }
    }
}

extension Trait where Self == SharedServer {
    static var oneServer: SharedServer { SharedServer() }
}

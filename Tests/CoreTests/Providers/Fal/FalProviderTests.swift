import AsyncHTTPClient
import Core
import NIOCore
import NIOPosix
import Testing
import TestSupport

struct FalProviderTests {
    /// A port where nobody listens, though somebody did a moment ago.
    private func closedPort() async throws -> Int {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close()
        return port
    }

    private func provider(at port: Int, _ client: HTTPClient) -> FalProvider {
        let url = "http://127.0.0.1:\(port)"
        return FalProvider(
            .init(
                name: .fal, queueURL: url, keysURL: url + "/keys", key: "id:secret", concurrency: 1,
                webhookTimeout: .seconds(1), firstPoll: .seconds(1), slowestPoll: .seconds(1)),
            client: client, time: .system)
    }

    @Test func `a submission that reached nobody is refused for now, and not in doubt`() async throws {
        // The client tries to connect again and again for this long.
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .milliseconds(200)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let provider = provider(at: try await closedPort(), client)

        let endpoint = EndpointID(rawValue: "fal-ai/flux/schnell")
        let result = await provider.submit(
            Submission(endpoint: endpoint, input: ["prompt": "x"], webhookURL: "http://127.0.0.1/x"))
        try await client.shutdown()

        guard case .refused(let failure) = result else { throw Unexpected("\(result)") }
        #expect(failure.code == .unavailable)
        #expect(failure.isTransient)
    }
}

import AsyncHTTPClient
@testable import Core
import NIOCore
import TestSupport

/// The driver of fal, beside a server in fal's place that sends the bytes of each case.
enum FalDriver {
    static let reference = ProviderReference(
        endpoint: EndpointID(rawValue: "fal-ai/flux/dev/image-to-image"), requestID: "a b/1")
    static let submission = Submission(
        endpoint: EndpointID(rawValue: "fal-ai/flux/dev/image-to-image"), input: ["prompt": "a dog"],
        webhookURL: "https://app.example.com/api/webhooks/fal/1.c?x=1&y=2")
    static let key = "id:secret"

    static let accepted = """
        {"request_id":"r1","response_url":"u","status_url":"u","cancel_url":"u","status":"IN_QUEUE","queue_position":3}
        """

    /// Runs `body` with a driver whose provider gives `answer` for each path.
    static func with(
        _ answer: @escaping @Sendable (String) -> ScriptedServer.Answer, time: Time = .system,
        _ body: (FalProvider, ScriptedServer) async throws -> Void
    ) async throws {
        let server = try await ScriptedServer(answer)
        try await withClient { try await body(provider(at: server.port, $0, time: time), server) }
    }

    /// Runs `body` with a client that is set up as the product's, but for the time that a connection may take.
    static func withClient(
        connectTimeout: TimeAmount = .seconds(60), _ body: (HTTPClient) async throws -> Void
    ) async throws {
        var configuration = Platform.httpConfiguration
        configuration.timeout.connect = connectTimeout
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do { try await body(client) } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    static func provider(at port: Int, _ client: HTTPClient, time: Time = .system) -> FalProvider {
        let url = "http://127.0.0.1:\(port)"
        return FalProvider(
            .init(
                name: .fal, queueURL: url, keysURL: url + "/keys", key: key, concurrency: 1,
                webhookTimeout: .seconds(1), firstPoll: .seconds(2), slowestPoll: .seconds(30)),
            client: client, time: time)
    }

    static func json(_ status: Int, _ body: String, _ headers: String = "") -> ScriptedServer.Answer {
        // The server closes the connection, so the client must not send its next request on it.
        let length = "Content-Length: \(body.utf8.count)\r\n"
        return .init("HTTP/1.1 \(status) X\r\nConnection: close\r\n\(headers)\(length)\r\n", body: Array(body.utf8))
    }

    /// The answer for a request whose status is `COMPLETED`: `result`, and the status itself.
    static func completed(
        _ result: ScriptedServer.Answer, status: String = #"{"status":"COMPLETED","logs":[]}"#
    ) -> @Sendable (String) -> ScriptedServer.Answer {
        { path in path.contains("/status") ? json(200, status) : result }
    }
}

import AsyncHTTPClient
@testable import Core
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing
import TestSupport

struct HTTPCallTests {
    private func with<Value>(
        connectTimeout: TimeAmount = .seconds(60), _ body: (HTTPClient) async throws -> Value
    ) async throws -> Value {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = connectTimeout
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let value = try await body(client)
            try await client.shutdown()
            return value
        } catch {
            try await client.shutdown()
            throw error
        }
    }

    private func send(
        _ answer: ScriptedServer.Answer, timeout: Duration = .seconds(20), limit: Int = 100, time: Time = .system
    ) async throws -> HTTPCall.Response {
        let server = try await ScriptedServer { _ in answer }
        return try await with { client in
            let call = HTTPCall(.GET, "http://127.0.0.1:\(server.port)/", timeout: timeout, limit: limit)
            return try await call.send(by: client, time)
        }
    }

    @Test func `a response is whole, of whatever status`() async throws {
        let found = try await send(.ok([1, 2, 3]))
        #expect(found.status == 200 && found.body == [1, 2, 3])

        let missing = try await send(.status(404, "X-Name: value\r\n"))
        #expect(missing.status == 404 && missing.body.isEmpty && missing.headers.first(name: "x-name") == "value")
    }

    @Test func `a redirect is a response and is not followed`() async throws {
        let response = try await send(.redirect(to: "/elsewhere"))
        #expect(response.status == 302 && response.headers.first(name: "Location") == "/elsewhere")
    }

    @Test func `a body of more than the limit is refused, whether or not its length is announced`() async throws {
        let body = [UInt8](repeating: 7, count: 101)
        #expect(try await send(.ok(Array(body.dropLast()))).body.count == 100)
        await #expect(throws: HTTPCall.Failure.tooLarge(limit: 100)) { try await send(.ok(body)) }
        await #expect(throws: HTTPCall.Failure.tooLarge(limit: 100)) {
            try await send(.init("HTTP/1.1 200 OK\r\n\r\n", body: body))
        }
        await #expect(throws: HTTPCall.Failure.tooLarge(limit: 100)) {
            try await send(.ok([], announcing: 101, closes: false))
        }
    }

    @Test(arguments: [
        ScriptedServer.Answer("", closes: false), .ok([1, 2], announcing: 3, closes: false),
    ])
    func `its time ends a call, whether or not the response has begun`(answer: ScriptedServer.Answer) async throws {
        await #expect(throws: HTTPCall.Failure.timedOut) { try await send(answer, timeout: .milliseconds(300)) }
        // By the clock that is given, not by the client's.
        let hurried = Time(now: { Instant(seconds: 0) }, sleep: { _ in })
        await #expect(throws: HTTPCall.Failure.timedOut) { try await send(answer, time: hurried) }
    }

    @Test(arguments: [
        ScriptedServer.Answer.ok([1, 2], announcing: 3), .init(""),
        .init("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFF\r\nx"),
    ])
    func `a connection that ends before the response is whole breaks the call off`(
        answer: ScriptedServer.Answer
    ) async throws {
        do throws(HTTPCall.Failure) {
            let response = try await outcome(answer).get()
            Issue.record("a response of \(response.body.count) bytes")
        } catch {
            guard case .brokenOff = error else { throw Unexpected("\(error)") }
            #expect(error.mayHaveBeenReceived)
        }
    }

    private func outcome(_ answer: ScriptedServer.Answer) async -> Result<HTTPCall.Response, HTTPCall.Failure> {
        do { return .success(try await send(answer)) } catch {
            return .failure(error as? HTTPCall.Failure ?? .unreachable("\(error)"))
        }
    }

    @Test func `a request that found nobody was surely not received`() async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close()

        try await with(connectTimeout: .milliseconds(200)) { client in
            do throws(HTTPCall.Failure) {
                let call = HTTPCall(.GET, "http://127.0.0.1:\(port)/", timeout: .seconds(20), limit: 100)
                _ = try await call.send(by: client, .system)
                Issue.record("nobody answered, and yet there was a response")
            } catch {
                #expect(!error.mayHaveBeenReceived, "\(error)")
            }
        }
    }

    @Test func `a call that is cancelled says so`() async throws {
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        let server = try await ScriptedServer { _ in
            arrival.yield()
            return .init("", closes: false)
        }
        let port = server.port
        let task = Task {
            try await with { client in
                let call = HTTPCall(.GET, "http://127.0.0.1:\(port)/", timeout: .seconds(20), limit: 100)
                return try await call.send(by: client, .system)
            }
        }
        for await _ in arrived.prefix(1) {}
        task.cancel()

        await #expect(throws: HTTPCall.Failure.cancelled) { try await task.value }
    }

    @Test(arguments: [
        (HTTPCall.Failure.unreachable("x"), false), (.connectTimedOut, false), (.timedOut, true),
        (.tooLarge(limit: 1), true),
        (.brokenOff("x"), true), (.cancelled, true),
    ])
    func `a failure says whether the server may have received the request`(failure: HTTPCall.Failure, mayHave: Bool) {
        #expect(failure.mayHaveBeenReceived == mayHave)
    }

    @Test(arguments: [
        ("7", Duration.seconds(7)), ("0", .zero), ("-5", .zero), ("99999999", .seconds(3600)), ("soon", nil),
        ("Wed, 21 Oct 2026 07:28:00 GMT", nil), ("", nil),
    ])
    func `the wait that a server asks for has bounds`(text: String, wait: Duration?) {
        #expect(HTTPHeaders([("Retry-After", text)]).retryAfter == wait)
    }
}

import AsyncHTTPClient
@testable import CLI
import Core
import Foundation
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

/// What a command does with each response of a server, and when it asks again.
struct APIClientTests {
    private let waits = Waits()

    private func client(_ url: String, by http: HTTPClient = .shared) -> APIClient {
        let time = Time(now: { Instant(seconds: 0) }, sleep: { [waits] in waits.add($0) })
        return APIClient(
            target: Target(url: url, publicURL: nil, token: { "the token" }, leave: {}), client: http, time: time)
    }

    private func json(_ status: Int, _ body: String) -> ScriptedServer.Answer {
        Script.answer(status, Array(body.utf8))
    }

    /// What a call comes to, with how often the server was asked.
    private func call(
        _ answers: [ScriptedServer.Answer], _ call: APIClient.Call = .init(path: "/api/x")
    ) async throws -> (Result<JSON, any Error>, asked: Int, heads: [String]) {
        let script = Script(answers)
        let server = try await ScriptedServer { _ in script.next() }
        do {
            let json = try await client("http://127.0.0.1:\(server.port)").json(call)
            return (.success(json), script.count, server.requests)
        } catch {
            return (.failure(error), script.count, server.requests)
        }
    }

    private func failure(_ result: Result<JSON, any Error>) -> Failure? {
        guard case .failure(let error) = result else { return nil }
        return error as? Failure
    }

    @Test func `a call is sent with its token, its headers and its method`() async throws {
        let (result, asked, heads) = try await call(
            [json(201, #"{"id":"a"}"#)],
            .init(method: .POST, path: "/api/x", headers: ["Idempotency-Key": "k"], body: []))

        #expect(try result.get() == ["id": "a"] && asked == 1)
        #expect(heads[0].hasPrefix("POST /api/x HTTP/1.1") && heads[0].contains("Bearer the token"))
        #expect(heads[0].lowercased().contains("idempotency-key: k"))
    }

    @Test(arguments: [
        (400, Failure.Code.usage), (401, .usage), (402, .insufficientCredits), (403, .usage), (404, .usage),
        (409, .usage),
        (413, .usage), (422, .usage), (429, .failed), (500, .failed),
    ])
    func `a refusal is the server's own message, and its code says whose turn it is`(
        status: Int, code: Failure.Code
    ) async throws {
        let body = #"{"error":{"code":"c","message":"What the server says.","requestId":"r-1"}}"#
        let (result, asked, _) = try await call([json(status, body)])

        #expect(failure(result)?.code == code && asked == 1)
        #expect(failure(result)?.message.hasPrefix("What the server says.") == true)
        #expect(failure(result)?.message.contains("r-1") == (status >= 500), "for whom to ask")
    }

    @Test func `a server that restarts is asked again, less and less often, and not for ever`() async throws {
        let (recovered, asked, _) = try await call([json(503, "{}"), json(502, ""), .init(""), json(200, "[]")])
        #expect(try recovered.get() == [] && asked == 4)
        #expect(waits.all == [.milliseconds(500), .milliseconds(1000), .milliseconds(2000)])

        let (away, often, _) = try await call([json(503, #"{"error":{"message":"Busy."}}"#)])
        #expect(failure(away)?.code == .failed && often == 5)
    }

    @Test func `a key that is still being processed is waited for, and another conflict is not`() async throws {
        let busy = json(409, #"{"error":{"code":"idempotency_in_progress","message":"Wait."}}"#)
        let (done, asked, _) = try await call([busy, busy, json(200, "7")])
        #expect(try done.get() == 7 && asked == 3)

        let ended = json(409, #"{"error":{"code":"job_ended","message":"Over."}}"#)
        let (_, once, _) = try await call([ended, json(200, "7")])
        #expect(once == 1)
    }

    @Test func `what is no Darkroom server is called that`() async throws {
        for answer in [json(200, "<html>"), json(404, "<html>"), json(404, "{}"), json(200, ""), json(403, "[]")] {
            let (result, _, _) = try await call([answer])
            #expect(failure(result)?.code == .unreachable)
            #expect(failure(result)?.message.contains("127.0.0.1") == true)
        }
    }

    @Test func `where nobody listens, the first call fails at once, and a later one tries on`() async throws {
        let port = try await FreePorts.block()
        // As the command has it: a connection that is refused is not tried again by the client itself.
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let api = client("http://127.0.0.1:\(port)", by: http)

        let first = await #expect(throws: Failure.self) { try await api.json(.init(path: "/", isFirst: true)) }
        #expect(first?.code == .unreachable && waits.all.isEmpty)
        let later = await #expect(throws: Failure.self) { try await api.json(.init(path: "/")) }
        #expect(later?.code == .unreachable && waits.all.count == 4)
        try await http.shutdown()
    }

    @Test func `a picture is fetched up to its bound`() async throws {
        let server = try await ScriptedServer { path in Script.answer(path == "/a" ? 200 : 410, [1, 2, 3]) }
        let url = "http://127.0.0.1:\(server.port)"

        #expect(try await client(url).bytes(at: url + "/a", limit: 3) == [1, 2, 3])
        await #expect(throws: (any Error).self) { try await client(url).bytes(at: url + "/a", limit: 2) }
        let gone = await #expect(throws: Failure.self) { try await client(url).bytes(at: url + "/b", limit: 3) }
        #expect(gone?.message.contains("410") == true)
    }
}

private final class Waits: Sendable {
    private let state = Mutex<[Duration]>([])
    var all: [Duration] { state.withLock { $0 } }
    func add(_ wait: Duration) { state.withLock { $0.append(wait) } }
}

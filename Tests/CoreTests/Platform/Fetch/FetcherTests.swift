import Core
import Foundation
import NIOCore
import Synchronization
import Testing
import TestSupport

struct FetcherTests {
    private let body = Sample.png(padding: 50_000)
    private let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    /// Every host is at loopback; the policy is what a test says.
    private func fetcher(
        _ policy: AddressPolicy = AddressPolicy(allowPrivate: true), limits: Fetcher.Limits = .init(),
        time: Time = FakeTime().time, at address: String = "127.0.0.1"
    ) -> Fetcher {
        Fetcher(
            policy: policy, limits: limits, time: time,
            resolver: HostResolver { _, port in [try SocketAddress(ipAddress: address, port: port)] })
    }

    private func fetch(
        _ answer: ScriptedServer.Answer, limit: Int = 1 << 20, limits: Fetcher.Limits = .init()
    ) async throws -> [UInt8] {
        let server = try await ScriptedServer { _ in answer }
        return try await fetcher(limits: limits).bytes(of: "http://files.example:\(server.port)/a", limit: limit)
    }

    @Test func `a file is fetched from the address that was resolved, under its own name`() async throws {
        let server = try await ScriptedServer { [body] _ in .ok(body) }

        let bytes = try await fetcher().bytes(of: "http://Files.Example:\(server.port)/a/b.png?c=d%20e", limit: 1 << 20)

        #expect(bytes == body)
        #expect(server.requests.count == 1)
        let head = try #require(server.requests.first)
        #expect(head.hasPrefix("GET /a/b.png?c=d%20e HTTP/1.1\r\n"))
        #expect(head.lowercased().contains("host: files.example:\(server.port)\r\n"))
    }

    @Test func `the machine's resolver finds loopback, in whatever way it is written`() async throws {
        let server = try await ScriptedServer { [body] _ in .ok(body) }
        for host in ["localhost", "127.0.0.1", "127.1", "0177.0.0.1", "2130706433", "0x7f.1"] {
            await #expect(throws: FetchError.privateAddress(host: host), "\(host)") {
                try await Fetcher(policy: AddressPolicy(), time: FakeTime().time)
                    .bytes(of: "http://\(host):\(server.port)/", limit: 1 << 20)
            }
        }
        let bytes = try await Fetcher(policy: AddressPolicy(allowPrivate: true), time: FakeTime().time)
            .bytes(of: "http://127.1:\(server.port)/", limit: 1 << 20)

        #expect(bytes == body)
        #expect(server.requests.count == 1)
    }

    @Test(arguments: ["[::1]", "[::ffff:127.0.0.1]", "[fe80::1]", "[64:ff9b::7f00:1]"])
    func `a v6 address in brackets is judged too`(host: String) async throws {
        await #expect(throws: FetchError.privateAddress(host: String(host.dropFirst().dropLast()))) {
            try await Fetcher(policy: AddressPolicy(), time: FakeTime().time).bytes(of: "http://\(host):9/", limit: 10)
        }
    }

    @Test func `a private address is not even connected to, unless its origin is trusted`() async throws {
        let server = try await ScriptedServer { [body] _ in .ok(body) }
        let url = "http://provider.example:\(server.port)/a"
        let origin = try #require(Origin(url))

        await #expect(throws: FetchError.privateAddress(host: "provider.example")) {
            try await fetcher(AddressPolicy()).bytes(of: url, limit: 1 << 20)
        }
        #expect(server.requests.isEmpty)
        #expect(try await fetcher(AddressPolicy()).bytes(of: url, limit: 1 << 20, trusting: [origin]) == body)
    }

    @Test func `a redirect from a trusted origin to a private one is refused`() async throws {
        let inner = try await ScriptedServer { [body] _ in .ok(body) }
        let port = inner.port
        let server = try await ScriptedServer { _ in .redirect(to: "http://inner.example:\(port)/secret") }
        let url = "http://provider.example:\(server.port)/a"
        let origin = try #require(Origin(url))

        await #expect(throws: FetchError.privateAddress(host: "inner.example")) {
            try await fetcher(AddressPolicy()).bytes(of: url, limit: 1 << 20, trusting: [origin])
        }
        #expect(inner.requests.isEmpty)
    }

    @Test func `redirects are followed, also relative ones, and only three`() async throws {
        let server = try await ScriptedServer { [body] path in
            switch path {
            case "/3": .redirect(to: "2")
            case "/2": .redirect(to: "/1")
            case "/1": .redirect(to: "/0?x")
            case "/0?x": .ok(body)
            default: .redirect(to: path)
            }
        }
        #expect(try await fetcher().bytes(of: "http://a.example:\(server.port)/3", limit: 1 << 20) == body)
        await #expect(throws: FetchError.tooManyRedirects) {
            try await fetcher().bytes(of: "http://a.example:\(server.port)/loop", limit: 1 << 20)
        }
        #expect(server.requests.count == 8)
    }

    @Test func `a redirect to another scheme is refused`() async throws {
        await #expect(throws: FetchError.invalidAddress) { try await fetch(.redirect(to: "file:///etc/passwd")) }
        await #expect(throws: FetchError.invalidAddress) { try await fetch(.redirect(to: "data:,x")) }
    }

    @Test func `a body is stopped at the limit, whether or not its length is announced`() async throws {
        await #expect(throws: FetchError.tooLarge(limit: 100)) { try await fetch(.ok(body), limit: 100) }
        await #expect(throws: FetchError.tooLarge(limit: 100)) {
            try await fetch(.init("HTTP/1.1 200 OK\r\n\r\n", body: body), limit: 100)
        }
        await #expect(throws: FetchError.tooLarge(limit: 100)) {
            try await fetch(.init(chunked + "C8\r\n", body: Array(body.prefix(200)), closes: false), limit: 100)
        }
    }

    @Test func `a body that ends early is truncated, which may pass`() async throws {
        await #expect(throws: FetchError.truncated) { try await fetch(.ok(body, announcing: body.count + 1)) }
        await #expect(throws: FetchError.truncated) {
            try await fetch(.init(chunked + "FFFF\r\n", body: Array(body.prefix(200))))
        }
        #expect(FetchError.truncated.isTransient)
    }

    @Test(arguments: [
        (404, false), (403, false), (410, false), (204, false), (408, true), (429, true), (500, true), (503, true),
    ])
    func `another status is an error that says whether it may pass`(status: Int, isTransient: Bool) async throws {
        let error = FetchError.status(status, retryAfter: nil)

        await #expect(throws: error) { try await fetch(.status(status)) }
        #expect(error.isTransient == isTransient)
    }

    @Test func `the other side says how long to wait, and is believed for an hour`() async throws {
        await #expect(throws: FetchError.status(429, retryAfter: .seconds(7))) {
            try await fetch(.status(429, "Retry-After: 7\r\n"))
        }
        await #expect(throws: FetchError.status(503, retryAfter: .seconds(3600))) {
            try await fetch(.status(503, "Retry-After: 99999999\r\n"))
        }
    }

    @Test func `silence ends it`() async throws {
        var limits = Fetcher.Limits()
        limits.idle = .milliseconds(50)

        await #expect(throws: FetchError.timedOut) {
            try await fetch(.ok(body, announcing: body.count + 1, closes: false), limits: limits)
        }
        await #expect(throws: FetchError.timedOut) { try await fetch(.init("", closes: false), limits: limits) }
    }

    @Test func `the whole of it has a limit too`() async throws {
        let server = try await ScriptedServer { _ in .init("", closes: false) }
        let hurried = Time(now: { Instant(seconds: 0) }, sleep: { _ in })

        await #expect(throws: FetchError.timedOut) {
            try await fetcher(time: hurried).bytes(of: "http://a.example:\(server.port)/", limit: 10)
        }
    }

    @Test func `nobody there is worth another try`() async throws {
        let port = try RefusingPort()
        defer { withExtendedLifetime(port) {} }
        do {
            _ = try await fetcher().bytes(of: "http://a.example:\(port.number)/", limit: 10)
            Issue.record("nobody answered, and yet there was an answer")
        } catch let error as FetchError {
            #expect(error.isTransient)
        }
    }

    @Test func `a fetch that is cancelled is not an error of the other side`() async throws {
        let server = try await ScriptedServer { [body] _ in .ok(body, announcing: body.count + 1, closes: false) }
        let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await fetcher().fetch("http://a.example:\(server.port)/", limit: 1 << 20) { parts in
                for try await _ in parts { arrival.yield() }
            }
        }
        for await _ in arrived.prefix(1) {}
        task.cancel()

        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `what the caller throws while reading comes back as it is`() async throws {
        let server = try await ScriptedServer { [body] _ in .ok(body) }

        await #expect(throws: AssetError.empty) {
            try await fetcher().fetch("http://a.example:\(server.port)/", limit: 1 << 20) { parts -> Int in
                for try await _ in parts { throw AssetError.empty }
                return 0
            }
        }
    }

    @Test func `a file in its own address is decoded, within the limit`() async throws {
        let encoded = "data:image/png;base64," + Data(body).base64EncodedString()

        #expect(try await fetcher(AddressPolicy()).bytes(of: encoded, limit: body.count) == body)
        #expect(try await fetcher(AddressPolicy()).bytes(of: "data:,a%20b", limit: 10) == Array("a b".utf8))
        await #expect(throws: FetchError.tooLarge(limit: 100)) { try await fetcher().bytes(of: encoded, limit: 100) }
        await #expect(throws: FetchError.tooLarge(limit: body.count - 1)) {
            try await fetcher().bytes(of: encoded, limit: body.count - 1)
        }
        await #expect(throws: FetchError.invalidAddress) {
            try await fetcher().bytes(of: "data:image/png;base64,!!!!", limit: 100)
        }
        await #expect(throws: FetchError.invalidAddress) { try await fetcher().bytes(of: "data:nothing", limit: 100) }
    }
}

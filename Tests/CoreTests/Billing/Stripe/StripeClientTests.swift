import AsyncHTTPClient
@testable import Core
import Synchronization
import Testing
import TestSupport

/// What is sent to Stripe, what is sent again, and what becomes of any response.
struct StripeClientTests {
    private static let key = "sk_test_secret"
    private static let done = ScriptedServer.Answer.stripe(200, ["id": "x_1"])

    // MARK: - Requests

    @Test func `a request names the version that is read here, and its query is in the address`() async throws {
        try await scripted([Self.done]) { stripe, server, _ in
            #expect(try await stripe.get("/prices", ["lookup_keys": ["a b"], "active": true]) == ["id": "x_1"])

            let head = try #require(server.requests.first)
            #expect(head.hasPrefix("GET /v1/prices?lookup_keys%5B0%5D=a%20b&active=true HTTP/1.1\r\n"))
            #expect(head.field("authorization") == "Bearer \(Self.key)")
            #expect(head.field("stripe-version") == "2026-10-28.endive" && head.field("user-agent") == "Darkroom")
            #expect(head.field("idempotency-key") == nil && head.field("content-type") == nil)
            #expect(server.bodies == [""])
        }
    }

    @Test func `what is made has a form as its body, and its key`() async throws {
        try await scripted([.stripe(201, ["id": "x_1"])]) { stripe, server, _ in
            #expect(try await stripe.post("/customers", ["name": "A&B"], key: "one") == ["id": "x_1"])

            let head = try #require(server.requests.first)
            #expect(head.hasPrefix("POST /v1/customers HTTP/1.1\r\n") && head.field("idempotency-key") == "one")
            #expect(head.field("content-type") == "application/x-www-form-urlencoded")
            #expect(head.field("stripe-version") == StripeClient.version && server.bodies == ["name=A%26B"])
        }
    }

    // MARK: - Other tries

    @Test(arguments: [.stripe(500, [:]), .stripe(429, [:]), ScriptedServer.Answer("")] as [ScriptedServer.Answer])
    func `another try has the same key and the same body, so that it is done once`(
        failure: ScriptedServer.Answer
    ) async throws {
        try await scripted([failure, failure, Self.done]) { stripe, server, _ in
            let made = try await stripe.post("/customers", ["name": "A"], key: "one")

            #expect(made == ["id": "x_1"])
            #expect(server.requests.map { $0.field("idempotency-key") } == ["one", "one", "one"])
            #expect(server.bodies == ["name=A", "name=A", "name=A"])
        }
    }

    struct Case: Rule {
        let about: String
        let status: Int
        var headers = ""
        /// Of three.
        let tries: Int
        var isRefused = false
    }

    @Test(arguments: [
        Case(about: "wrong parameters", status: 400, tries: 1, isRefused: true),
        Case(about: "a wrong key", status: 401, tries: 1, isRefused: true),
        Case(about: "a declined card", status: 402, tries: 1, isRefused: true),
        Case(about: "a key without the right", status: 403, tries: 1, isRefused: true),
        Case(about: "no such object", status: 404, tries: 1, isRefused: true),
        Case(about: "the same key at the same time", status: 409, tries: 3),
        Case(about: "too many requests", status: 429, tries: 3),
        Case(about: "an error of Stripe's", status: 500, tries: 3),
        Case(about: "maintenance", status: 503, tries: 3),
        Case(
            about: "a refusal that may not last", status: 400, headers: "Stripe-Should-Retry: true\r\n", tries: 3,
            isRefused: true),
        Case(about: "an error that lasts", status: 500, headers: "Stripe-Should-Retry: false\r\n", tries: 1),
        Case(about: "a conflict that lasts", status: 409, headers: "Stripe-Should-Retry: false\r\n", tries: 1),
        Case(about: "a word that is not known", status: 500, headers: "Stripe-Should-Retry: maybe\r\n", tries: 3),
        Case(about: "a redirect", status: 302, headers: "Location: /elsewhere\r\n", tries: 1, isRefused: true),
    ])
    func `what may succeed later is tried again, and a refusal is final`(_ rule: Case) async throws {
        let error: JSON = ["error": [
            "type": "some_error", "code": "some_code", "param": "some[0]", "message": "No."]]
        try await scripted([.stripe(rule.status, error, "Request-Id: req_1\r\n" + rule.headers)]) { stripe, server, _ in
            let expected: StripeError = rule.isRefused
                ? .refused(.init(
                    status: rule.status, type: "some_error", code: "some_code", parameter: "some[0]", message: "No.",
                    requestID: "req_1"))
                : .unavailable("HTTP \(rule.status): No.")

            await #expect(throws: expected) { try await stripe.get("/x") }
            #expect(server.requests.count == rule.tries)
        }
    }

    @Test func `waits double, each by chance between half of it and all`() async throws {
        try await scripted([.stripe(503, [:])], tries: 5) { stripe, server, clock in
            await #expect(throws: StripeError.self) { try await stripe.get("/x") }

            #expect(server.requests.count == 5 && clock.waits.count == 4)
            for (wait, longest) in zip(clock.waits, [500, 1000, 2000, 4000]) {
                #expect(wait >= .milliseconds(longest / 2) && wait <= .milliseconds(longest))
            }
        }
    }

    @Test func `no try is begun later than the time for one after the first`() async throws {
        try await scripted([.stripe(503, [:])], tries: 1000) { stripe, server, clock in
            await #expect(throws: StripeError.self) { try await stripe.get("/x") }

            #expect(clock.waits.reduce(.zero, +) < clock.timeout)
            #expect(server.requests.count == clock.waits.count + 1 && server.requests.count > 10)
        }
    }

    @Test func `one try is one try`() async throws {
        try await scripted([.stripe(503, [:])], tries: 1) { stripe, server, clock in
            await #expect(throws: StripeError.unavailable("HTTP 503")) { try await stripe.post("/x", [:], key: "one") }
            #expect(server.requests.count == 1 && clock.waits.isEmpty)
        }
    }

    // MARK: - Responses

    @Test(arguments: ["", "{", "<html></html>", "{\"id\": 1}}", String(repeating: "[", count: 100_000)])
    func `a response of success that is no JSON says nothing, and is not asked for again`(text: String) async throws {
        try await scripted([.stripe(200, text)]) { stripe, server, _ in
            await #expect(throws: StripeError.unavailable("HTTP 200")) { try await stripe.get("/x") }
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [
        "", "no", "{}", "[]", "null", #"{"error": null}"#, #"{"error": "invalid_request"}"#, #"{"error": {}}"#,
        #"{"error": {"type": 7}}"#, #"{"error": [{"type": "x"}]}"#,
    ])
    func `a refusal that is not in Stripe's form may be a proxy's, and is none of Stripe's`(text: String) async throws {
        try await scripted([.stripe(400, text)]) { stripe, server, _ in
            await #expect(throws: StripeError.unavailable("HTTP 400")) { try await stripe.get("/x") }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `of a refusal only what is text is read, and long texts are cut`() async throws {
        let long = String(repeating: "é", count: 5000)
        let error: JSON = ["error": ["type": "x", "code": 7, "param": .null, "message": .string(long)]]
        let head = "Request-Id: \(String(repeating: "r", count: 200))\r\n"
        try await scripted([.stripe(400, error, head)]) { stripe, _, _ in
            let expected = StripeError.refused(.init(
                status: 400, type: "x", code: nil, parameter: nil, message: String(long.prefix(250)),
                requestID: String(repeating: "r", count: 100)))
            await #expect(throws: expected) { try await stripe.get("/x") }
        }
        try await scripted([.stripe(500, error)], tries: 1) { stripe, _, _ in
            let expected = StripeError.unavailable("HTTP 500: \(long.prefix(100))")
            await #expect(throws: expected) { try await stripe.get("/x") }
        }
    }

    @Test func `a body of four megabytes is read, and a longer one is not`() async throws {
        let limit = 4 << 20
        let body = "\"" + String(repeating: "x", count: limit - 2) + "\""
        try await scripted([.stripe(200, body)]) { stripe, _, _ in
            let json = try await stripe.get("/x")
            #expect(json.string?.utf8.count == limit - 2)
        }
        let tooLarge = StripeError.unavailable("the response is larger than \(limit) bytes")
        let chunk = ScriptedServer.Answer("HTTP/1.1 200 OK\r\n\r\n", body: Array((body + " ").utf8))
        for answer in [
            .stripe(200, body + " "), chunk, .ok([], announcing: limit + 1, closes: false),
        ] as [ScriptedServer.Answer] {
            try await scripted([answer], tries: 1) { stripe, server, _ in
                await #expect(throws: tooLarge) { try await stripe.get("/x") }
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test func `what is missing is found to be so, and any other refusal is an error`() async throws {
        func error(_ code: String) -> JSON { ["error": ["type": "invalid_request_error", "code": .string(code)]] }
        for answer in [
            .stripe(404, error("url_invalid")), .stripe(400, error("resource_missing")),
        ] as [ScriptedServer.Answer] {
            try await scripted([answer]) { stripe, _, _ in
                let found = try await stripe.find("/x")
                #expect(found == nil)
            }
        }
        for answer in [
            .stripe(403, error("x")), .stripe(404, "<html>"), .stripe(500, error("resource_missing")),
        ] as [ScriptedServer.Answer] {
            try await scripted([answer], tries: 1) { stripe, server, _ in
                await #expect(throws: StripeError.self) { try await stripe.find("/x") }
                #expect(server.requests.count == 1)
            }
        }
        try await scripted([Self.done]) { stripe, _, _ in
            let found = try await stripe.find("/x")
            #expect(found == ["id": "x_1"])
        }
    }

    // MARK: - Failures

    @Test(arguments: [
        .stripe(401, ["error": ["type": "invalid_request_error", "message": "Invalid API Key"]]), .stripe(500, "no"),
        .stripe(200, "no"), .init(""), .init("no HTTP\r\n\r\n"), .ok([1], announcing: 9), .ok([], announcing: 5 << 20),
    ] as [ScriptedServer.Answer])
    func `no error has the key in it`(answer: ScriptedServer.Answer) async throws {
        try await scripted([answer], tries: 1) { stripe, _, _ in
            do {
                _ = try await stripe.post("/x", ["name": "A"], key: "one")
                Issue.record("a failure is not an error")
            } catch {
                #expect(!"\(error) \(String(reflecting: error))".contains(Self.key))
            }
        }
    }

    @Test(arguments: ["http://127.0.0.1:1", "nowhere", "http://[", ""])
    func `an address where nobody listens, or that is none, is a Stripe that is unavailable`(url: String) async throws {
        try await withClient { http in
            let clock = TryClock()
            let stripe = StripeClient(
                .init(key: Self.key, url: url, timeout: clock.timeout), client: http, time: clock.time)

            do throws(StripeError) {
                _ = try await stripe.get("/x")
                Issue.record("there was a response")
            } catch {
                guard case .unavailable(let reason) = error else { throw error }
                #expect(!reason.isEmpty && !reason.contains(Self.key) && clock.waits.count == 2)
            }
        }
    }

    @Test
    func `a response that stops halfway ends with the time for it, and no other try is begun`() async throws {
        let half = ScriptedServer.Answer.ok(Array(#"{"id":"#.utf8), announcing: 100, closes: false)
        let server = try await ScriptedServer { _ in half }
        let client = StripeClient(
            .init(key: "sk_test_x", url: "http://127.0.0.1:\(server.port)", timeout: .milliseconds(300)),
            client: .shared, time: .system)

        await #expect(throws: StripeError.unavailable("no complete response within 0.3 seconds")) {
            try await client.get("/x")
        }
        #expect(server.requests.count <= 1)
    }

    // MARK: - A server by a script

    /// A client, and a server that gives these responses in turn, the last one from then on.
    private func scripted(
        _ answers: [ScriptedServer.Answer], tries: Int = 3,
        _ body: (StripeClient, ScriptedServer, TryClock) async throws -> Void
    ) async throws {
        let script = Script(answers)
        let server = try await ScriptedServer { _ in script.next() }
        let clock = TryClock()
        try await withClient { http in
            let stripe = StripeClient(
                .init(key: Self.key, url: "http://127.0.0.1:\(server.port)", timeout: clock.timeout, tries: tries),
                client: http, time: clock.time)
            try await body(stripe, server, clock)
        }
    }

    /// Follows no redirect, as the product's, and fails at once where nobody listens.
    private func withClient(_ body: (HTTPClient) async throws -> Void) async throws {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do { try await body(http) } catch {
            try await http.shutdown()
            throw error
        }
        try await http.shutdown()
    }

    private final class Script: Sendable {
        private let answers: [ScriptedServer.Answer]
        private let count = Mutex(0)

        init(_ answers: [ScriptedServer.Answer]) {
            self.answers = answers
        }

        func next() -> ScriptedServer.Answer {
            let place = count.withLock { count in
                count += 1
                return count - 1
            }
            return answers[min(place, answers.count - 1)]
        }
    }

    /// Moves by each wait for another try, and by nothing else. Only a try's own limit is in real time.
    private final class TryClock: Sendable {
        /// No wait is as long to the nanosecond.
        let timeout = TestBound.wait + .nanoseconds(1)
        private let state = Mutex<[Duration]>([])

        var waits: [Duration] { state.withLock { $0 } }

        var time: Time {
            Time(now: { Given.start + self.waits.reduce(.zero, +) }, sleep: { duration in
                if duration == self.timeout { return try await Time.system.sleep(duration) }
                self.state.withLock { $0.append(duration) }
            })
        }
    }
}

extension ScriptedServer.Answer {
    fileprivate static func stripe(_ status: Int, _ text: String, _ headers: String = "") -> Self {
        let body = Array(text.utf8)
        return Self(
            "HTTP/1.1 \(status) X\r\n\(headers)Content-Length: \(body.count)\r\nConnection: close\r\n\r\n", body: body)
    }

    fileprivate static func stripe(_ status: Int, _ json: JSON, _ headers: String = "") -> Self {
        stripe(status, json.text, headers)
    }
}

extension String {
    /// A field of a request's head.
    fileprivate func field(_ name: String) -> String? {
        split(separator: "\r\n").first { $0.lowercased().hasPrefix("\(name): ") }
            .map { String($0.dropFirst(name.count + 2)) }
    }
}

@testable import Core
import NIOCore
import NIOPosix
import Testing
import TestSupport

/// The driver against a server that sends the bytes of each case.
struct FalProviderTests {
    private let reference = FalDriver.reference
    private let submission = FalDriver.submission

    // MARK: Requests

    @Test func `a submission names the whole endpoint, our webhook and our key, and sends the input as it is`()
        async throws
    {
        try await FalDriver.with({ _ in FalDriver.json(200, FalDriver.accepted) }) { provider, server async throws in
            #expect(await provider.submit(submission) == .accepted(requestID: "r1", queuePosition: 3))

            let head = try #require(server.requests.first)
            #expect(head.hasPrefix("POST /fal-ai/flux/dev/image-to-image?fal_webhook=https%3A%2F%2Fapp.example.com"))
            #expect(head.contains("%3Fx%3D1%26y%3D2 HTTP/1.1"))
            #expect(head.lowercased().contains("\r\nauthorization: key id:secret\r\n"))
            #expect(!head.split(separator: "\r\n")[0].contains("secret"))
            #expect(server.bodies == [#"{"prompt":"a dog"}"#])
        }
    }

    @Test func `status, result and cancel leave out the endpoint's path, and escape the id`() async throws {
        try await FalDriver.with({ path in
            path.contains("/status") ? FalDriver.json(200, #"{"status":"COMPLETED"}"#) : FalDriver.json(200, "{}")
        }) { provider, server in
            _ = await provider.poll(reference)
            _ = await provider.cancel(reference)

            #expect(server.requests.compactMap { $0.split(separator: " HTTP").first } == [
                "GET /fal-ai/flux/requests/a%20b%2F1/status?logs=1", "GET /fal-ai/flux/requests/a%20b%2F1",
                "PUT /fal-ai/flux/requests/a%20b%2F1/cancel",
            ])
        }
    }

    @Test func `an endpoint that is none of fal's is asked for nothing`() async throws {
        let odd = ProviderReference(endpoint: EndpointID(rawValue: "../admin"), requestID: "1")
        try await FalDriver.with({ _ in FalDriver.json(200, "{}") }) { provider, server async throws in
            #expect(await provider.poll(odd) == .notFound)
            #expect(await provider.cancel(odd) == .notFound)
            #expect(server.requests.isEmpty)
        }
    }

    // MARK: What a submission's response means

    /// A refusal makes room for another attempt, so only what surely was not accepted may be one.
    @Test(arguments: [
        (200, "{}"), (200, "<html>"), (200, ""), (202, "[]"), (200, #"["r1"]"#), (200, #""r1""#),
        (200, #"{"request_id":""}"#), (200, #"{"request_id":7}"#), (201, #"{"request_id":null}"#),
        (500, "oops"), (502, "<html>nginx</html>"), (503, ""),
        (504, #"{"detail":"late","error_type":"request_timeout"}"#),
        (200, #"{"request_id":"\#(String(repeating: "r", count: 256))"}"#),
    ])
    func `a response that does not say whether the work was accepted leaves it open`(status: Int, body: String)
        async throws
    {
        try await FalDriver.with({ _ in FalDriver.json(status, body) }) { provider, _ async throws in
            guard case .noResponse(let reason) = await provider.submit(submission) else {
                throw Unexpected("\(await provider.submit(submission))")
            }
            #expect(reason.contains("\(status)"))
        }
    }

    @Test(arguments: [
        (401, #"{"detail":"No user found for Key ID and Secret"}"#, .misconfigured, false),
        (403, #"{"detail":"User is locked. Reason: Exhausted balance."}"#, .misconfigured, false),
        (404, #"{"detail":"no such app"}"#, .invalidInput, false),
        (422, #"{"detail":[{"loc":["body","prompt"],"msg":"Field required","type":"missing"}]}"#, .invalidInput, false),
        (422, #"{"detail":"plain"}"#, .invalidInput, false),
        (429, #"{"detail":"queue is full"}"#, .rateLimited, true),
        (429, "", .rateLimited, true), (302, "", .failed, true),
        (503, #"{"detail":"no runner","error_type":"runner_scheduling_failure"}"#, .failed, true),
        (500, #"{"detail":"broke"}"#, .failed, true),
    ] as [(Int, String, ProviderFailure.Code, Bool)])
    func `a response that surely did not accept the work is a refusal of its kind`(
        status: Int, body: String, code: ProviderFailure.Code, isTransient: Bool
    ) async throws {
        try await FalDriver.with({ _ in FalDriver.json(status, body) }) { provider, _ async throws in
            guard case .refused(let failure) = await provider.submit(submission) else {
                throw Unexpected("not refused")
            }
            #expect(failure.code == code)
            #expect(failure.isTransient == isTransient)
            #expect(!failure.message.contains("secret"))
        }
    }

    @Test func `a type in the header counts where the body has none, and the wait is kept`() async throws {
        let headers = "X-Fal-Error-Type: concurrent_requests_limit\r\nRetry-After: 9\r\n"
        try await FalDriver.with(
            { _ in FalDriver.json(400, #"{"detail":"later"}"#, headers) }
        ) { provider, _ async throws in
            let failure = ProviderFailure(.rateLimited, "later", isTransient: true, retryAfter: .seconds(9))
            #expect(await provider.submit(submission) == .refused(failure))
        }
    }

    @Test(arguments: [
        ScriptedServer.Answer.ok(Array("{\"request".utf8), announcing: 5000),
        .init("HTTP/1.1 200 OK\r\nContent-Le"), .init("no HTTP at all\r\n\r\n"),
        .ok([UInt8](repeating: 0x20, count: FalHTTP.responseLimit + 1)),
    ])
    func `a response that breaks off, is no HTTP or too long leaves it open`(answer: ScriptedServer.Answer)
        async throws
    {
        try await FalDriver.with({ _ in answer }) { provider, _ async throws in
            guard case .noResponse = await provider.submit(submission) else { throw Unexpected("not open") }
        }
    }

    @Test func `a submission that reached nobody is refused for now, and not in doubt`() async throws {
        // A port where nobody listens, though somebody did a moment ago.
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(channel.localAddress?.port)
        try await channel.close()

        // The client tries to connect again and again for this long.
        try await FalDriver.withClient(connectTimeout: .milliseconds(200)) { client in
            let result = await FalDriver.provider(at: port, client).submit(submission)

            guard case .refused(let failure) = result else { throw Unexpected("\(result)") }
            #expect(failure.code == .unavailable)
            #expect(failure.isTransient)
        }
    }

    // MARK: What polling finds

    @Test(arguments: [
        (#"{"status":"IN_QUEUE","queue_position":4}"#, ProviderProgress(queuePosition: 4)),
        (#"{"status":"IN_QUEUE"}"#, ProviderProgress()),
        (#"{"status":"IN_PROGRESS","logs":null}"#, ProviderProgress()),
        (#"{"status":"IN_PROGRESS","logs":[{"message":"10%"},{"message":"Rendering 40%"},{"message":"saving"}]}"#,
         ProviderProgress(percent: 40, logs: ["10%", "Rendering 40%", "saving"])),
    ])
    func `work that goes on is shown with what is known of it`(body: String, progress: ProviderProgress) async throws {
        try await FalDriver.with({ _ in FalDriver.json(202, body) }) { provider, server async throws in
            #expect(await provider.poll(reference) == .running(progress))
            #expect(server.requests.count == 1)
        }
    }

    @Test func `of long logs the last lines are kept, each of bounded length`() async throws {
        let lines = (1...30).map { #"{"message":"\#($0) \#(String(repeating: "x", count: 2000))"}"# }
        let body = #"{"status":"IN_PROGRESS","logs":[\#(lines.joined(separator: ","))]}"#
        try await FalDriver.with({ _ in FalDriver.json(202, body) }) { provider, _ async throws in
            guard case .running(let progress) = await provider.poll(reference) else { throw Unexpected("not running") }
            #expect(progress.logs.count == 20)
            #expect(progress.logs.first?.hasPrefix("11 ") == true)
            #expect(progress.logs.allSatisfy { $0.count == 500 })
        }
    }

    @Test(arguments: [
        (404, #"{"status":"NOT_FOUND"}"#, PollResult.notFound),
        (500, "", .unavailable("HTTP 500 for the status", retryAfter: nil)),
        (200, "<html>", FalPoll.unusable("HTTP 200 for the status", "an unexpected character at byte 0")),
        (200, #"{"status":"PAUSED"}"#, FalPoll.unusable("unknown state 'PAUSED'", nil)),
    ])
    func `a poll that learns nothing says what came instead`(
        status: Int, body: String, expected: PollResult
    ) async throws {
        try await FalDriver.with({ _ in FalDriver.json(status, body) }) { provider, _ async throws in
            #expect(await provider.poll(reference) == expected)
        }
    }

    @Test func `a poll is asked to wait, and remembers it`() async throws {
        try await FalDriver.with({ _ in FalDriver.json(429, "", "Retry-After: 30\r\n") }) { provider, _ async throws in
            #expect(await provider.poll(reference) == .unavailable(
                "HTTP 429 for the status", retryAfter: .seconds(30)))
        }
    }

    /// The status says `COMPLETED`; what follows is the response to the request for the result.
    @Test(arguments: [
        (200, #"{"images":[{"url":"a"}]}"#, ""),
        (422, #"{"detail":[{"loc":[],"msg":"not that","type":"content_policy_violation"}]}"#, "content_policy"),
        (422, #"{"detail":"plain"}"#, "invalid_input"), (500, #"{"detail":"broke"}"#, "provider_error"),
        (499, #"{"detail":"gone"}"#, "provider_cancelled"),
    ])
    func `a completed request has its result, or the error of its result`(status: Int, body: String, code: String)
        async throws
    {
        try await FalDriver.with(FalDriver.completed(FalDriver.json(status, body))) { provider, _ async throws in
            guard case .ended(let payload) = await provider.poll(reference) else { throw Unexpected("not ended") }
            switch provider.outcome(of: payload) {
            case .delivered(let files, _): #expect(code.isEmpty && files.map(\.url) == ["a"])
            case .failed(let failure): #expect(failure.code.rawValue == code)
            }
        }
    }

    @Test func `an error beside the status counts, although the result is there`() async throws {
        let status = #"{"status":"COMPLETED","logs":[],"error":"gone","error_type":"runner_disconnected"}"#
        try await FalDriver.with(
            FalDriver.completed(FalDriver.json(200, "{}"), status: status)
        ) { provider, _ async throws in
            guard case .ended(let payload) = await provider.poll(reference),
                case .failed(let failure) = provider.outcome(of: payload)
            else { throw Unexpected("not failed") }
            #expect(failure == ProviderFailure(.failed, "gone", isTransient: true))
        }
    }

    @Test(arguments: [
        (502, "<html>", PollResult.unavailable("HTTP 502 for the result", retryAfter: nil)),
        (429, #"{"detail":"later"}"#, .unavailable("HTTP 429 for the result", retryAfter: nil)),
        (404, #"{"detail":"no"}"#, .notFound), (404, "", FalPoll.unusable("HTTP 404 for the result", nil)),
        (200, "<html>", FalPoll.unusable("HTTP 200 for the result", "an unexpected character at byte 0")),
    ])
    func `a result that cannot be read is asked for again`(status: Int, body: String, expected: PollResult)
        async throws
    {
        try await FalDriver.with({ path in
            path.contains("/status") ? FalDriver.json(200, #"{"status":"COMPLETED"}"#) : FalDriver.json(status, body)
        }) { provider, _ in
            #expect(await provider.poll(reference) == expected)
        }
    }

    @Test func `polls slow down and keep their bounds`() async throws {
        try await FalDriver.withClient { client in
            let provider = FalDriver.provider(at: 1, client)
            let intervals = [0, 1, 2, 4, 6, 8, 100, 1_000_000].map { provider.pollInterval(after: $0) }

            #expect(intervals == [2, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
        }
    }

    // MARK: Cancelling

    @Test(arguments: [
        (200, #"{"status":"OK"}"#, CancelResult.dropped), (200, #"{"success":true}"#, .requested),
        (200, "", .requested),
        (202, #"{"status":"CANCELLATION_REQUESTED"}"#, .requested), (202, #"{"status":"OK"}"#, .requested),
        (400, #"{"status":"ALREADY_COMPLETED"}"#, .tooLate), (404, #"{"status":"NOT_FOUND"}"#, .notFound),
        (500, "", .unavailable("HTTP 500")), (401, "", .unavailable("HTTP 401")),
    ])
    func `only a clear yes means that nothing will come any more`(status: Int, body: String, expected: CancelResult)
        async throws
    {
        try await FalDriver.with({ _ in FalDriver.json(status, body) }) { provider, _ async throws in
            #expect(await provider.cancel(reference) == expected)
        }
    }
}

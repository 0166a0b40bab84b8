@testable import Core
import Testing
import TestSupport

/// What the driver learns by asking: nothing that it cannot read may end a request, and nothing may keep it from
/// noticing the end.
struct FalPollTests {
    private let reference = FalDriver.reference

    private func ended(_ provider: FalProvider) async throws -> ProviderOutcome {
        let result = await provider.poll(reference)
        guard case .ended(let payload) = result else { throw Unexpected("\(result)") }
        return provider.outcome(of: payload)
    }

    @Test(arguments: [
        (#"{"status":"IN_QUEUE","queue_position":"3","logs":7}"#, ProviderProgress()),
        (#"{"status":"IN_QUEUE","queue_position":1e3,"metrics":[]}"#, ProviderProgress(queuePosition: 1000)),
        (#"{"status":"IN_PROGRESS","logs":"none","error":null}"#, ProviderProgress()),
        (#"{"status":"IN_PROGRESS","request_id":5,"status_url":{},"logs":[]}"#, ProviderProgress()),
        (#"{"status":"IN_PROGRESS","logs":[{"message":"10%"},7,null,{"level":"INFO"},{"message":"20%","level":null}]}"#,
         ProviderProgress(percent: 20, logs: ["10%", "20%"])),
        (#"{"status":"IN_PROGRESS","logs":[{"message":"30%"},{"message":9,"level":"WARN"},{"message":"done soon"}]}"#,
         ProviderProgress(percent: 30, logs: ["30%", "done soon"])),
    ])
    func `a member of another form than fal's is left out, and the rest is read`(
        body: String, progress: ProviderProgress
    ) async throws {
        try await FalDriver.with({ _ in FalDriver.json(202, body) }) { provider, _ async throws in
            #expect(await provider.poll(reference) == .running(progress))
        }
    }

    @Test func `an end is noticed in a status of which nothing but the state can be read`() async throws {
        let status = #"{"status":"COMPLETED","logs":[null,[]],"metrics":{"inference_time":"fast"},"queue_position":{}}"#
        let result = FalDriver.json(200, #"{"image":{"url":"a"}}"#)
        try await FalDriver.with(FalDriver.completed(result, status: status)) { provider, _ async throws in
            #expect(try await ended(provider) == .delivered([ProviderFile(url: "a", isFlagged: false)]))
        }
    }

    /// The error beside the state, and the response to the request for the result.
    @Test(arguments: [
        // The model's own complaint says more than the error beside the state.
        (#""error":"Invalid status code: 422""#,
         422, #"{"detail":[{"loc":["body","prompt"],"msg":"not that","type":"content_policy_violation"}]}"#,
         .contentPolicy, "prompt: not that"),
        (#""error":"Runner gone","error_type":"runner_disconnected""#, 200, #"{"images":[{"url":"a"}]}"#,
         .failed, "Runner gone"),
        (#""error":"Request was cancelled","error_type":"client_cancelled""#, 499, "", .cancelled,
         "Request was cancelled"),
        (#""error":"it broke""#, 502, "<html>", .failed, "it broke"),
        (#""error":"bad""#, 422, "<html>", .invalidInput, "bad"),
        // Whatever its form, it is an error: nothing is taken for delivered.
        (#""error":{"message":"gone"},"error_type":7"#, 200, #"{"images":[{"url":"a"}]}"#, .failed,
         #"{"message":"gone"}"#),
    ] as [(String, Int, String, ProviderFailure.Code, String)])
    func `a request that is completed with an error has failed, whatever its result looks like`(
        error: String, status: Int, body: String, code: ProviderFailure.Code, message: String
    ) async throws {
        let answer = FalDriver.completed(FalDriver.json(status, body), status: #"{"status":"COMPLETED",\#(error)}"#)
        try await FalDriver.with(answer) { provider, _ async throws in
            guard case .failed(let failure) = try await ended(provider) else { throw Unexpected("not failed") }
            #expect(failure.code == code)
            #expect(failure.message == message)
        }
    }

    @Test(arguments: [
        (422, #"""
        {"detail":[{"loc":["body","prompt"],"msg":"Field required","type":"missing"},
                   {"loc":["body","image_size","width"],"msg":"Too wide","type":"less_than_equal","ctx":{"le":9}}]}
        """#, "", .invalidInput, "prompt: Field required; image_size: Too wide"),
        (422, #"{"detail":[{"loc":[0,"x"],"msg":"odd"},{"msg":"and"}]}"#, "", .invalidInput, "x: odd; and"),
        (504, #"{"detail":[{"loc":[],"msg":"too slow","type":"generation_timeout"}]}"#, "", .failed, "too slow"),
        (400, #"{"detail":[{"msg":"below us","type":"downstream_service_error"}]}"#, "", .failed, "below us"),
        (500, #"{"detail":"crash","error_type":"runner_server_error"}"#, "", .failed, "crash"),
        // A type may come as a header only, beside a text.
        (400, #"{"detail":"below us"}"#, "X-Fal-Error-Type: downstream_service_error\r\n", .failed, "below us"),
        (422, #"{"detail":"not that"}"#, "X-Fal-Error-Type: content_policy_violation\r\n", .contentPolicy, "not that"),
    ] as [(Int, String, String, ProviderFailure.Code, String)])
    func `the result of a failed request says why, by its details or by a header`(
        status: Int, body: String, headers: String, code: ProviderFailure.Code, message: String
    ) async throws {
        let answer = FalDriver.completed(FalDriver.json(status, body, headers))
        try await FalDriver.with(answer) { provider, _ async throws in
            guard case .failed(let failure) = try await ended(provider) else { throw Unexpected("not failed") }
            #expect(failure.code == code)
            #expect(failure.message == message)
            #expect(failure.isTransient == (code == .failed))
        }
    }

    @Test(arguments: [
        (429, "30", .seconds(30)), (503, "5", .seconds(5)), (503, "86400", .seconds(3600)), (502, "-1", .zero),
        (503, "soon", nil),
    ] as [(Int, String, Duration?)])
    func `a wait that is asked for is kept, for the status and for the result`(
        status: Int, text: String, wait: Duration?
    ) async throws {
        let busy = FalDriver.json(status, "", "Retry-After: \(text)\r\n")
        try await FalDriver.with({ _ in busy }) { provider, _ async throws in
            #expect(await provider.poll(reference) == .unavailable("HTTP \(status) for the status", retryAfter: wait))
        }
        try await FalDriver.with(FalDriver.completed(busy)) { provider, _ async throws in
            #expect(await provider.poll(reference) == .unavailable("HTTP \(status) for the result", retryAfter: wait))
        }
    }

    @Test(arguments: [
        ScriptedServer.Answer(""), .init("no HTTP at all\r\n\r\n"), .ok(Array(#"{"status""#.utf8), announcing: 5000),
    ])
    func `a response that breaks off or is no HTTP teaches nothing`(answer: ScriptedServer.Answer)
        async throws
    {
        try await FalDriver.with({ _ in answer }) { provider, _ async throws in
            #expect(await provider.poll(reference) == .unavailable("no response", retryAfter: nil))
            #expect(await provider.cancel(reference) == .unavailable("no response"))
        }
        try await FalDriver.with(FalDriver.completed(answer)) { provider, _ async throws in
            #expect(
                await provider.poll(reference)
                    == .unavailable("no response to the request for the result", retryAfter: nil))
        }
    }

    /// All lines come with each status: those of a training may become longer than what is read of a response.
    @Test(arguments: [
        .ok([], announcing: FalHTTP.responseLimit + 1, closes: false),
        FalDriver.json(200, #"{"status":"IN_PROGRESS","logs":[\#(String(repeating: "7,", count: 200_000))7]}"#),
    ] as [ScriptedServer.Answer])
    func `where the logs are too long the state is asked for without them`(answer: ScriptedServer.Answer)
        async throws
    {
        let running = FalDriver.json(202, #"{"status":"IN_PROGRESS","logs":null}"#)
        try await FalDriver.with({ $0.hasSuffix("logs=1") ? answer : running }) { provider, server async throws in
            #expect(await provider.poll(reference) == .running(ProviderProgress()))
            #expect(server.requests.count == 2)
        }
    }

    @Test func `a response that is too long for its bound is not waited for until the deadline`() async throws {
        let large = ScriptedServer.Answer.ok([], announcing: FalHTTP.responseLimit + 1, closes: false)
        let reason = "the response is larger than \(FalHTTP.responseLimit) bytes"
        try await FalDriver.with({ _ in large }) { provider, _ async throws in
            #expect(await provider.poll(reference) == FalPoll.unusable("status", reason))
            #expect(await provider.cancel(reference) == .unavailable("no response"))
        }
        try await FalDriver.with(FalDriver.completed(large)) { provider, _ async throws in
            #expect(await provider.poll(reference) == FalPoll.unusable("result", reason))
        }
    }

    @Test func `a result of 8 MB is read, and one of a byte more is not`() async throws {
        let start = #"{"image":{"url":"a"},"rest":""#
        for (surplus, isRead) in [(0, true), (1, false)] {
            let filling = String(repeating: "x", count: FalHTTP.responseLimit - start.utf8.count - 2 + surplus)
            let answer = FalDriver.completed(FalDriver.json(200, start + filling + #""}"#))
            try await FalDriver.with(answer) { provider, _ async throws in
                let result = await provider.poll(reference)
                if case .ended = result { #expect(isRead) } else { #expect(!isRead) }
            }
        }
    }
}

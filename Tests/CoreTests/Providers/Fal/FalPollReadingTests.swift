@testable import Core
import Testing

/// What every response to a poll means that fal, or a proxy before it, was seen to give or may give.
struct FalPollReadingTests {
    /// What becomes of the attempt, as a word: `running`, `delivered`, the code of a failure, `not found`, `ask again`
    /// without an end; and `… within 60 s` where the webhook has so much time to bring the result.
    private func word(_ result: PollResult) -> String {
        switch result {
        case .running(let progress): "running" + (progress.unknownState.map { " (\($0))" } ?? "")
        case .notFound: "not found"
        case .unavailable(_, let wait): "ask again" + (wait.map { " after \($0.components.seconds) s" } ?? "")
        case .unusable(let failure, let timeout):
            "\(failure.code.rawValue) within \(timeout.components.seconds) s" + (failure.isTransient ? ", retried" : "")
        case .ended(let payload):
            switch FalResult.outcome(of: payload) {
            case .delivered(let files, _): "delivered " + files.map(\.url).joined(separator: ",")
            case .failed(let failure): failure.code.rawValue + (failure.isTransient ? ", retried" : "")
            }
        }
    }

    private func response(_ status: Int, _ body: String) -> FalHTTP.Response {
        FalHTTP.Response(status, Array(body.utf8))
    }

    private static let page = "<html><body>502 Bad Gateway</body></html>"
    private static let deep = String(repeating: "[", count: 513) + String(repeating: "]", count: 513)

    /// The response to the request for the status.
    @Test(arguments: [
        (202, #"{"status":"IN_QUEUE","queue_position":3}"#, "running"),
        (202, #"{"status":"IN_PROGRESS","logs":[{"message":"a cat \ud83d \u0000"}]}"#, "running"),
        (202, #"{"status":"IN_PROGRESS","metrics":{"x":NaN},"logs":null}"#, "running"),
        (202, #"{"status":"IN_PROGRESS","status":"IN_QUEUE"}"#, "running"),
        (200, #"{"status":"COMPLETED","metrics":{"inference_time":NaN}}"#, "result"),
        (200, #"{"status":"COMPLETED","metrics":{"inference_time":1e-200}}"#, "result"),
        (200, #"{"status":"COMPLETED","logs":[{"message":"\udc00"}]}"#, "result"),
        (202, #"{"status":"COMPLETED"}"#, "result"),
        // A new state: still running by fal's own rule, or perhaps ended.
        (202, #"{"status":"WARMING_UP"}"#, "running (WARMING_UP)"),
        (200, #"{"status":"FAILED","error":"x"}"#, "result"),
        (200, #"{"status":"completed"}"#, "result"), (200, #"{"status":"CANCELLED"}"#, "result"),
        // Nobody can read these; a proxy may have sent them.
        (200, "", unreadable), (204, "", unreadable), (200, page, unreadable), (200, "null", unreadable),
        (200, "[]", unreadable), (200, #""COMPLETED""#, unreadable), (200, "{}", unreadable),
        (200, #"{"status":null}"#, unreadable), (200, #"{"status":7}"#, unreadable),
        (200, #"{"status":["COMPLETED"]}"#, unreadable), (200, #"{"status":"COMPLETED""#, unreadable),
        (200, deep, unreadable),
        (301, "", unreadable), (302, page, unreadable), (304, "", unreadable), (400, "", unreadable),
        (400, #"{"detail":"bad"}"#, unreadable), (405, "", unreadable), (410, "", unreadable), (418, page, unreadable),
        (422, #"{"detail":[{"loc":[],"msg":"no","type":"x"}]}"#, unreadable),
        // Refused: by fal's own word, or by something else's.
        (401, #"{"detail":"No user found for Key ID and Secret"}"#, "provider_misconfigured within 60 s"),
        (403, #"{"detail":"User is locked."}"#, "provider_misconfigured within 60 s"),
        (401, "{}", "provider_misconfigured within 60 s"), (401, "", "provider_misconfigured within 300 s"),
        (403, page, "provider_misconfigured within 300 s"),
        (404, #"{"status":"NOT_FOUND"}"#, "not found"), (404, #"{"detail":"gone"}"#, "not found"),
        (404, "", unreadable), (404, page, unreadable),
        // An outage, which passes.
        (408, "", "ask again"), (425, "", "ask again"), (429, #"{"detail":"later"}"#, "ask again"),
        (500, "", "ask again"),
        (502, page, "ask again"), (503, #"{"detail":"down"}"#, "ask again"), (504, "", "ask again"),
        (599, "", "ask again"),
    ] as [(Int, String, String)])
    func `a response to the request for the status`(status: Int, body: String, meaning: String) {
        switch FalPoll.read(status: response(status, body)) {
        case .known(let result): #expect(word(result) == meaning)
        case .ended: #expect(meaning == "result")
        }
    }

    private static let unreadable = "provider_error within 300 s"

    /// The response to the request for the result of a request that is completed, without an error beside the state.
    @Test(arguments: [
        (200, #"{"images":[{"url":"a"}],"timings":{"inference":NaN}}"#, "delivered a"),
        (200, #"{"images":[{"url":"a","width":-Infinity}],"seed":1e400}"#, "delivered a"),
        (200, #"{"images":[{"url":"a"}],"prompt":"a cat \ud83d","x":1e-200}"#, "delivered a"),
        (200, #"{"images":[{"url":"a"}],"images":[{"url":"b"}]}"#, "delivered b"),
        (200, #"{"images":[{"url":"a\u0000b"}]}"#, "delivered a\u{FFFD}b"), (200, "{}", "delivered "),
        (200, "", unreadable), (204, "", unreadable), (200, page, unreadable), (200, deep, unreadable),
        (200, "null", unreadable), (200, "[1]", unreadable), (200, "7", unreadable),
        (200, #"{"images":[{"url":"a""#, unreadable),
        (302, "", unreadable), (400, page, unreadable), (410, "", unreadable), (422, page, unreadable),
        (404, page, unreadable),
        (401, #"{"detail":"no"}"#, "provider_misconfigured within 60 s"),
        (403, #"{"detail":"locked"}"#, "provider_misconfigured within 60 s"),
        (403, page, "provider_misconfigured within 300 s"), (404, #"{"detail":"no such request"}"#, "not found"),
        (400, #"{"detail":"Request is still in progress"}"#, "running"),
        (400, #"{"detail":"bad request","error_type":"bad_request"}"#, "invalid_input"),
        (422, #"{"detail":[{"loc":["body","image_url"],"msg":"bad \u0000 value","type":"value_error"}]}"#,
            "invalid_input"),
        (422, #"{"detail":[{"loc":["body"],"msg":"no","type":"content_policy_violation","ctx":NaN}]}"#,
            "content_policy"),
        (422, #"{"detail":{"msg":"not as a list","type":"x"}}"#, "invalid_input"), (422, #"{"detail":5}"#, unreadable),
        (499, #"{"detail":"cancelled","error_type":"client_cancelled"}"#, "provider_cancelled"),
        (500, #"{"detail":"broke"}"#, "provider_error, retried"), (500, "", "ask again"),
        (504, #"{"detail":"late","error_type":"generation_timeout"}"#, "provider_error, retried"),
        // It may be the gateway's: another attempt only after it has stayed so.
        (503, #"{"detail":"Service Unavailable"}"#, "provider_error within 300 s, retried"),
        (502, page, "ask again"), (503, "", "ask again"), (429, #"{"detail":"later"}"#, "ask again"),
        (408, "", "ask again"),
    ] as [(Int, String, String)])
    func `a response to the request for the result`(status: Int, body: String, meaning: String) {
        #expect(word(FalPoll.read(result: response(status, body), of: FalPoll.End())) == meaning)
    }

    /// The same where the status had an error: the request has failed, whatever its result looks like.
    @Test(arguments: [
        (200, #"{"images":[{"url":"a"}]}"#, "provider_error, retried"), (401, "", "provider_error, retried"),
        (404, #"{"detail":"gone"}"#, "provider_error, retried"), (429, "", "provider_error, retried"),
        (422, page, "invalid_input"), (204, "", "provider_error, retried"), (502, page, "provider_error, retried"),
        (422, #"{"detail":[{"loc":[],"msg":"no","type":"content_policy_violation"}]}"#, "content_policy"),
    ])
    func `a response to the request for the result of a failed request`(status: Int, body: String, meaning: String) {
        #expect(word(FalPoll.read(result: response(status, body), of: FalPoll.End(error: "x"))) == meaning)
    }

    /// The same where the state is not known: only what can be nothing but a result ends the request.
    @Test(arguments: [
        (200, #"{"images":[{"url":"a"}]}"#, "delivered a"), (200, "{}", unreadable), (200, page, unreadable),
        (400, #"{"detail":"Request is still in progress"}"#, "running (PAUSED)"),
        (400, #"{"detail":"bad"}"#, unreadable),
        (422, #"{"detail":"no"}"#, "invalid_input"), (500, #"{"detail":"broke"}"#, unreadable),
        (500, #"{"detail":"broke","error_type":"runner_server_error"}"#, "provider_error, retried"),
        (404, #"{"detail":"gone"}"#, unreadable), (401, #"{"detail":"no"}"#, unreadable), (503, "", unreadable),
    ])
    func `a response to the request for the result in an unknown state`(status: Int, body: String, meaning: String) {
        let end = FalPoll.End(error: "the model says no", unknownState: "PAUSED")
        let result = FalPoll.read(result: response(status, body), of: end)

        #expect(word(result) == meaning)
        if case .unusable(let failure, _) = result {
            #expect(failure.message == "unknown state 'PAUSED': the model says no")
        }
    }

    @Test(arguments: [
        (#""error":null"#, nil), (#""error":"""#, nil), (#""error":false"#, nil), (#""error":"x""#, "x"),
        (#""error":{"a":NaN}"#, #"{"a":null}"#), (#""error":7"#, "7"), (#""error_type":"y""#, nil),
    ] as [(String, String?)])
    func `an error beside the state counts in any form, unless it says that there is none`(
        member: String, error: String?
    ) {
        guard case .ended(let end) = FalPoll.read(status: response(200, #"{"status":"COMPLETED",\#(member)}"#)) else {
            Issue.record("it has not ended")
            return
        }
        #expect(end.error == error && end.unknownState == nil)
    }

    @Test(arguments: [
        ("3", 3), ("0", 0), ("1e3", 1_000), ("-1", 0), ("-9223372036854775808", 0), ("1000001", 1_000_000),
        ("9223372036854775807", 1_000_000), ("9223372036854775808", nil), ("1.5", nil), ("NaN", nil), ("1e400", nil),
        (#""3""#, nil), ("null", nil),
    ] as [(String, Int?)])
    func `a place in the provider's queue is from 0 to a million`(number: String, position: Int?) {
        let body = #"{"status":"IN_QUEUE","queue_position":\#(number)}"#
        #expect(
            FalPoll.read(status: response(202, body)) == .known(.running(ProviderProgress(queuePosition: position))))
        if let position { #expect(ProviderProgress(queuePosition: position).queuePosition == position) }
    }

    @Test func `a place and a percentage stay in their bounds, whichever provider says them`() {
        #expect([-1, 0, 1_000_000, .max].map { ProviderProgress(queuePosition: $0).queuePosition } == [
            0, 0, 1_000_000, 1_000_000,
        ])
        #expect([-1, 0, 100, 101].map { ProviderProgress(percent: $0).percent } == [0, 0, 100, 100])
    }

    @Test func `what is said of a response names what is wrong in it, and none of its text`() {
        let cut = FalPoll.read(result: response(200, #"{"images":[{"url":"secret"#), of: FalPoll.End())
        guard case .unusable(let failure, _) = cut else {
            Issue.record("\(cut)")
            return
        }
        #expect(failure.message == "HTTP 200 for the result: it ends early, at byte 25 in 'images.0.url'")
        let wait = FalPoll.read(status: FalHTTP.Response(503, [], retryAfter: .seconds(7)))
        #expect(wait == .known(.unavailable("HTTP 503 for the status", retryAfter: .seconds(7))))
    }
}

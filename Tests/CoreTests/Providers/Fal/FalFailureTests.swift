@testable import Core
import Testing

/// What each of fal's errors means to a job: whether its sender can correct it, the operator must, or another attempt
/// may.
struct FalFailureTests {
    private func read(_ status: Int, _ types: [String] = [], text: String = "no") -> ProviderFailure {
        let error = types.isEmpty ? FalErrorBody(text) : FalErrorBody(types.map { FalErrorDetail($0, text, at: []) })
        return FalFailure.read(status: status, error: error)
    }

    // The types of fal's documentation, as of the protocol's fact sheet.
    @Test(arguments: [
        "internal_server_error", "generation_timeout", "downstream_service_error", "downstream_service_unavailable",
        "request_timeout", "startup_timeout", "runner_scheduling_failure", "runner_connection_timeout",
        "runner_disconnected", "runner_connection_refused", "runner_connection_error", "runner_incomplete_response",
        "runner_server_error", "internal_error",
    ])
    func `a failure of fal's own machines is worth another attempt, whatever its status`(type: String) {
        for status in [400, 422, 500, 502, 503, 504] {
            let failure = read(status, [type])

            #expect(failure.code == .failed, "\(status)")
            #expect(failure.isTransient, "\(status)")
        }
    }

    @Test(arguments: ["content_policy_violation", "no_media_generated"])
    func `what the policy forbids is final, whatever its status`(type: String) {
        for status in [400, 422, 500] {
            #expect(read(status, [type]).code == .contentPolicy)
            #expect(!read(status, [type]).isTransient)
        }
    }

    @Test(arguments: ["client_cancelled", "client_disconnected"])
    func `a request that was cancelled there is not sent again`(type: String) {
        #expect(read(499, [type]).code == .cancelled)
        #expect(!read(499, [type]).isTransient)
    }

    // Each is 422 at fal, and correct input is the only remedy.
    @Test(arguments: [
        "image_too_small", "image_too_large", "image_load_error", "file_download_error", "face_detection_error",
        "file_too_large", "greater_than", "greater_than_equal", "less_than", "less_than_equal", "multiple_of",
        "sequence_too_short", "sequence_too_long", "one_of", "feature_not_supported", "invalid_archive",
        "archive_file_count_below_minimum", "archive_file_count_exceeds_maximum", "audio_duration_too_long",
        "audio_duration_too_short", "video_duration_too_long", "video_duration_too_short", "unsupported_audio_format",
        "unsupported_image_format", "unsupported_video_format", "missing", "string_type", "enum", "bad_request",
    ])
    func `input that a model cannot use is the sender's to correct`(type: String) {
        #expect(read(422, [type]).code == .invalidInput)
        #expect(!read(422, [type]).isTransient)
    }

    @Test func `too many requests at once are worth another attempt`() {
        #expect(read(429, ["concurrent_requests_limit"]).code == .rateLimited)
        #expect(read(400, ["concurrent_requests_limit"]).isTransient)
    }

    @Test(arguments: [
        (400, .invalidInput, false), (401, .misconfigured, false), (402, .invalidInput, false),
        (403, .misconfigured, false), (404, .invalidInput, false), (408, .rateLimited, true),
        (409, .rateLimited, true), (413, .invalidInput, false), (422, .invalidInput, false),
        (425, .rateLimited, true), (429, .rateLimited, true), (499, .cancelled, false), (500, .failed, true),
        (502, .failed, true), (503, .failed, true), (504, .failed, true), (599, .failed, true),
    ] as [(Int, ProviderFailure.Code, Bool)])
    func `without a type that is known, the status decides`(
        status: Int, code: ProviderFailure.Code, isTransient: Bool
    ) {
        for types in [[], ["something_new"]] {
            #expect(read(status, types).code == code, "\(types)")
            #expect(read(status, types).isTransient == isTransient, "\(types)")
        }
    }

    @Test func `of several complaints the first that is known decides`() {
        #expect(read(422, ["missing", "content_policy_violation"]).code == .contentPolicy)
        #expect(read(500, ["content_policy_violation", "internal_server_error"]).code == .contentPolicy)
        #expect(read(422, ["internal_server_error", "content_policy_violation"]).isTransient)
    }

    @Test func `the message is the provider's own, of bounded length`() {
        #expect(read(422, text: "too dark").message == "too dark")
        #expect(read(500, text: String(repeating: "x", count: 10_000)).message.count == 500)
        #expect(read(500, text: "x" + String(repeating: "\u{301}", count: 10_000)).message.utf8.count == 499)
        #expect(FalFailure.read(status: 503, error: nil).message == "HTTP 503")
        #expect(read(422, text: "").message == "HTTP 422")
    }

    @Test func `the provider's wish when to come again is kept`() {
        #expect(FalFailure.read(status: 429, error: nil, retryAfter: .seconds(7)).retryAfter == .seconds(7))
        #expect(FalFailure.read(status: 429, error: nil).retryAfter == nil)
    }
}

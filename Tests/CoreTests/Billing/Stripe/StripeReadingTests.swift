@testable import Core
import AsyncHTTPClient
import Foundation
import Testing

/// How values of Stripe's JSON are read, wherever they stand.
struct StripeReadingTests {
    @Test(arguments: [
        (0, 0), (1_782_864_000, 1_782_864_000), (.integer((1 << 38) - 1), (1 << 38) - 1), (.integer(1 << 38), nil),
        (-1, nil), (.integer(.max), nil), (.integer(.min), nil), (.decimal(1.5), nil),
        ("1782864000", nil), (.null, nil), ([1], nil), (true, nil),
    ] as [(JSON, Int64?)])
    func `a time is a number of seconds that can be counted with`(json: JSON, seconds: Int64?) {
        #expect(json.instant?.seconds == seconds)
        if let instant = json.instant { #expect(instant + (instant - Instant(seconds: 0)) >= instant) }
    }

    @Test(arguments: [
        (["data": [1, 2]], [1, 2]), ([1, 2], [1, 2]), (["data": []], []), (["data": .null], []), ([:], []), (.null, []),
        (["data": ["id": "x"]], []), ("x", []),
    ] as [(JSON, [JSON])])
    func `a list is an object with its data, or an array`(json: JSON, elements: [JSON]) {
        #expect(json.listed == elements)
    }

    @Test(arguments: [
        (["a": ["b": 1], "c": 2], 1), (["a": ["b": .null], "c": 2], 2), (["a": .null, "c": 2], 2), (["c": 2], 2),
        (["a": 7, "c": 2], 2), (["a": ["b": false], "c": 2], false), ([:], nil), (["c": .null], nil), ([], nil),
    ] as [(JSON, JSON?)])
    func `the first place that has something counts, and null is nothing`(json: JSON, found: JSON?) {
        #expect(json.first(["a", "b"], ["c"]) == found)
    }

    // MARK: - Where it was read

    @Test(arguments: [
        ("https://api.stripe.com", nil, "sk_live_1", "api.stripe.com live"),
        ("https://api.stripe.com", nil, "sk_test_1", "api.stripe.com test"),
        ("https://api.stripe.com:443", nil, "rk_live_1", "api.stripe.com live"),
        ("http://127.0.0.1:12111", nil, "rk_test_1", "127.0.0.1:12111 test"),
        ("http://127.0.0.1:12111", "sandbox", "sk_test_1", "sandbox test"),
        ("no address", nil, "", "no address test"),
    ] as [(String, String?, String, String)])
    func `an environment is a host or a name, and whether money moves`(
        url: String, name: String?, key: String, environment: String
    ) {
        let client = StripeClient(.init(key: key, url: url, name: name), client: .shared, time: .system)
        #expect(client.environment.rawValue == environment)
    }

    @Test(arguments: [
        ("sk_live_x", true), ("rk_live_x", true), ("sk_test_x", false), ("pk_live_x", false), ("SK_LIVE_x", false),
        (" sk_live_x", false), ("", false),
    ])
    func `only a secret or a restricted key of the live mode moves money`(key: String, isLive: Bool) {
        #expect(StripeClient.isLive(key) == isLive)
    }

    // MARK: - Refusals

    private func refusal(
        _ status: Int, code: String? = nil, requestID: String? = "req_1"
    ) -> StripeError {
        .refused(.init(
            status: status, type: "invalid_request_error", code: code, parameter: nil, message: "No.",
            requestID: requestID))
    }

    @Test(arguments: [
        (404, nil, true), (400, "resource_missing", true), (400, "parameter_missing", false), (403, nil, false),
    ] as [(Int, String?, Bool)])
    func `an object is missing by the status or by the code`(status: Int, code: String?, isMissing: Bool) {
        #expect(refusal(status, code: code).isMissing == isMissing)
    }

    @Test func `without a response nothing is known to be missing`() {
        #expect(!StripeError.unavailable("HTTP 404").isMissing)
    }

    @Test func `an error says what Stripe said, and by which request`() {
        #expect(refusal(400, code: "card_declined").description
            == "Stripe rejected the request with HTTP 400 (card_declined, request req_1): No.")
        #expect(refusal(401, requestID: nil).description
            == "Stripe rejected the request with HTTP 401 (invalid_request_error, request unknown): No.")
        #expect(StripeError.unavailable("HTTP 500").description == "Stripe is unavailable: HTTP 500")
    }
}

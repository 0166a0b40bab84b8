@testable import Core
import Crypto
import Foundation
import Synchronization
import Testing
import TestSupport

/// Which webhooks the driver believes, and how often it asks for the keys.
struct FalWebhookTests {
    private let clock = FakeTime()
    private let key = Curve25519.Signing.PrivateKey()
    private let other = Curve25519.Signing.PrivateKey()

    /// Runs `body` with a driver and what the provider publishes, which a test can change.
    private func with(
        _ body: (FalProvider, Published, ScriptedServer) async throws -> Void
    ) async throws {
        let published = Published(try Self.keys(key))
        let server = try await ScriptedServer { _ in published.now }
        let time = Time(now: clock.time.now, sleep: { try await Task.sleep(for: $0) })
        try await FalDriver.withClient { client in
            try await body(FalDriver.provider(at: server.port, client, time: time), published, server)
        }
    }

    private final class Published: Sendable {
        private let answer: Mutex<ScriptedServer.Answer>

        init(_ answer: ScriptedServer.Answer) { self.answer = Mutex(answer) }

        var now: ScriptedServer.Answer { answer.withLock { $0 } }

        func become(_ next: ScriptedServer.Answer) { answer.withLock { $0 = next } }
    }

    private static func keys(_ keys: Curve25519.Signing.PrivateKey...) throws -> ScriptedServer.Answer {
        FalDriver.json(200, String(decoding: try JSONEncoder().encode(FalKeySet(keys.map(\.publicKey))), as: UTF8.self))
    }

    private func webhook(
        by key: Curve25519.Signing.PrivateKey? = nil, id: String = "r1", signedID: String? = nil,
        payload: JSON? = ["images": [["url": "a"]]], payloadError: String? = nil, bytes: [UInt8]? = nil
    ) throws -> ReceivedWebhook {
        let body = bytes
            ?? FalWebhookBody(requestID: id, status: .ok, payload: payload, payloadError: payloadError).bytes
        let signature = try FalSigner(userID: "us", key: key ?? self.key)
            .sign(body, requestID: signedID ?? id, at: clock.now)
        let headers = Dictionary(uniqueKeysWithValues: signature.headers.map { ($0.rawValue, $1) })
        return ReceivedWebhook(headers: headers, body: body)
    }

    private func verify(_ webhook: ReceivedWebhook, _ provider: FalProvider) async throws -> VerifiedWebhook {
        try await provider.verify(webhook)
    }

    @Test func `a signed webhook is believed, with its request, its account and its payload`() async throws {
        try await with { provider, _, _ in
            let verified = try await provider.verify(webhook())

            #expect(verified.requestID == "r1" && verified.userID == "us" && !verified.needsPoll)
            #expect(verified.payload == FalResult.delivered(["images": [["url": "a"]]]))
        }
    }

    @Test func `a webhook without its result asks for a poll`() async throws {
        try await with { provider, _, _ in
            let without = try await verify(webhook(payload: nil, payloadError: "too large"), provider)
            let cut = try await verify(webhook(payloadError: "cut"), provider)

            #expect(without.needsPoll && cut.needsPoll)
        }
    }

    @Test(arguments: FalHeader.allCases.filter { $0 != .errorType })
    func `without one of its four headers it is malformed`(_ header: FalHeader) async throws {
        try await with { provider, _, _ in
            let whole = try webhook()
            guard whole.headers[header.rawValue] != nil else { return }
            let headers = whole.headers.filter { $0.key != header.rawValue }

            await #expect(throws: WebhookRefusal.malformed) {
                try await verify(ReceivedWebhook(headers: headers, body: whole.body), provider)
            }
        }
    }

    @Test(arguments: ["", "[]", "{}", "{\"request_id\": \"r1\"}", "{\"request_id\": \"r1\", \"status\": \"MAYBE\"}"])
    func `a signed body that is not a webhook's is malformed`(text: String) async throws {
        try await with { provider, _, _ in
            await #expect(throws: WebhookRefusal.malformed) {
                try await verify(webhook(bytes: Array(text.utf8)), provider)
            }
        }
    }

    @Test func `the signed id and the body's must be the same`() async throws {
        try await with { provider, _, _ in
            await #expect(throws: WebhookRefusal.malformed) {
                try await verify(webhook(id: "r2", signedID: "r1"), provider)
            }
        }
    }

    @Test func `a webhook of an hour ago is stale, and the keys are not asked for again`() async throws {
        try await with { provider, _, server in
            let old = try webhook()
            clock.advance(by: .seconds(3600))

            await #expect(throws: WebhookRefusal.stale) { try await verify(old, provider) }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `keys are fetched once, and again after a day`() async throws {
        try await with { provider, _, server in
            for _ in 0..<3 { _ = try await provider.verify(webhook()) }
            #expect(server.requests.count == 1)

            clock.advance(by: .seconds(86_401))
            _ = try await provider.verify(webhook())
            #expect(server.requests.count == 2)
        }
    }

    @Test func `a forger cannot make us ask for the keys more than once a minute`() async throws {
        try await with { provider, _, server in
            _ = try await provider.verify(webhook())
            for _ in 0..<5 {
                await #expect(throws: WebhookRefusal.badSignature) { try await verify(webhook(by: other), provider) }
            }
            #expect(server.requests.count == 1, "the minute of the first fetch is not over")

            clock.advance(by: .seconds(61))
            for _ in 0..<5 {
                await #expect(throws: WebhookRefusal.badSignature) { try await verify(webhook(by: other), provider) }
            }
            #expect(server.requests.count == 2)
        }
    }

    @Test func `a change of keys is noticed by the first webhook of the new one`() async throws {
        try await with { provider, published, _ in
            _ = try await provider.verify(webhook())
            published.become(try Self.keys(key, other))
            clock.advance(by: .seconds(61))

            #expect(try await verify(webhook(by: other), provider).requestID == "r1")
            #expect(try await verify(webhook(), provider).requestID == "r1")
        }
    }

    @Test(arguments: [
        ScriptedServer.Answer.status(500), .ok(Array("<html>".utf8)), .ok(Array("{\"keys\":[]}".utf8)),
        .ok(Array("{\"keys\":[{\"kty\":\"RSA\"}]}".utf8)),
    ])
    func `while the keys cannot be had nothing is believed, and the webhook may come again`(
        answer: ScriptedServer.Answer
    ) async throws {
        try await with { provider, published, _ in
            published.become(answer)
            await #expect(throws: WebhookRefusal.keysUnavailable) { try await verify(webhook(), provider) }

            published.become(try Self.keys(key))
            #expect(try await verify(webhook(), provider).requestID == "r1")
        }
    }

    @Test func `keys that were fetched serve on while they cannot be fetched again, for a day`() async throws {
        try await with { provider, published, _ in
            _ = try await provider.verify(webhook())
            published.become(.status(503))
            clock.advance(by: .seconds(80_000))
            #expect(try await verify(webhook(), provider).requestID == "r1")

            clock.advance(by: .seconds(80_000))
            await #expect(throws: WebhookRefusal.keysUnavailable) { try await verify(webhook(), provider) }
        }
    }

    @Test func `many webhooks at once ask for the keys once, when there are none and when they are old`() async throws {
        try await with { provider, _, server in
            for round in 1...2 {
                let signed = try webhook()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<20 { group.addTask { _ = try await provider.verify(signed) } }
                    try await group.waitForAll()
                }
                #expect(server.requests.count == round)
                clock.advance(by: .seconds(86_401))
            }
        }
    }

    @Test func `the keys are public, and are asked for without our own`() async throws {
        try await with { provider, _, server in
            _ = try await provider.verify(webhook())

            let head = try #require(server.requests.first).lowercased()
            #expect(head.hasPrefix("get /keys http/1.1"))
            #expect(!head.contains("authorization") && !head.contains("secret"))
        }
    }

    @Test func `keys are not taken from where a redirect leads`() async throws {
        let keys = try Self.keys(other)
        let elsewhere = try await ScriptedServer { _ in keys }
        try await with { provider, published, _ in
            published.become(.redirect(to: "http://127.0.0.1:\(elsewhere.port)/keys"))

            await #expect(throws: WebhookRefusal.keysUnavailable) { try await verify(webhook(by: other), provider) }
            #expect(elsewhere.requests.isEmpty)
        }
    }

    @Test func `keys are as old as a day, and are tried again a minute later, to the second`() async throws {
        try await with { provider, published, server in
            _ = try await provider.verify(webhook())
            published.become(try Self.keys(other))
            clock.advance(by: .seconds(59))
            await #expect(throws: WebhookRefusal.badSignature) { try await verify(webhook(by: other), provider) }
            #expect(server.requests.count == 1)

            clock.advance(by: .seconds(1))
            _ = try await provider.verify(webhook(by: other))
            #expect(server.requests.count == 2)

            clock.advance(by: .seconds(86_400))
            _ = try await provider.verify(webhook(by: other))
            #expect(server.requests.count == 2)
        }
    }

    // What the clock says is 1780000000.
    @Test(arguments: [
        (FalHeader.webhookRequestID, "r2", WebhookRefusal.badSignature), (.webhookRequestID, "", .badSignature),
        (.webhookUserID, "them", .badSignature), (.webhookUserID, "us\n1780000000", .badSignature),
        // Within the five minutes, the time is refused only since it is signed, too.
        (.webhookTimestamp, "1780000300", .badSignature), (.webhookTimestamp, "1779999700", .badSignature),
        (.webhookTimestamp, "1780000301", .stale), (.webhookTimestamp, "1779999699", .stale),
        (.webhookTimestamp, "01780000000", .badSignature), (.webhookTimestamp, "1780000000.0", .malformed),
        (.webhookTimestamp, "0x6a18a900", .malformed), (.webhookTimestamp, "-1", .malformed),
        (.webhookSignature, String(repeating: "0", count: 128), .badSignature),
        (.webhookSignature, String(repeating: "0", count: 126), .malformed),
        (.webhookSignature, String(repeating: "0", count: 127), .malformed),
        (.webhookSignature, String(repeating: "A", count: 128), .malformed), (.webhookSignature, "", .malformed),
    ] as [(FalHeader, String, WebhookRefusal)])
    func `a signed webhook with another value in one of its headers is refused`(
        header: FalHeader, value: String, refusal: WebhookRefusal
    ) async throws {
        try await with { provider, _, _ in
            let whole = try webhook()
            let headers = whole.headers.merging([header.rawValue: value]) { _, changed in changed }

            await #expect(throws: refusal) {
                try await verify(ReceivedWebhook(headers: headers, body: whole.body), provider)
            }
        }
    }

    @Test func `a body that was changed by one byte, lengthened or cut is refused`() async throws {
        try await with { provider, _, _ in
            let whole = try webhook()
            let bodies = [
                whole.body + [0x20], Array(whole.body.dropLast()), [],
                whole.body.map { $0 == UInt8(ascii: "a") ? UInt8(ascii: "b") : $0 },
            ]
            for body in bodies {
                await #expect(throws: WebhookRefusal.badSignature) {
                    try await verify(ReceivedWebhook(headers: whole.headers, body: body), provider)
                }
            }
        }
    }

    @Test func `a webhook of another account is signed well, and says whose it is`() async throws {
        try await with { provider, _, _ in
            let body = FalWebhookBody(requestID: "r1", status: .ok, payload: [:]).bytes
            let stranger = FalSigner(userID: "us", key: key).named("them")
            let signature = try stranger.sign(body, requestID: "r1", at: clock.now)
            let headers = Dictionary(uniqueKeysWithValues: signature.headers.map { ($0.rawValue, $1) })

            #expect(try await provider.verify(ReceivedWebhook(headers: headers, body: body)).userID == "them")
        }
    }

    /// What each body means: the result, as `outcome(of:)` reads what is stored, and whether it has to be asked for.
    @Test(arguments: [
        (#"{"request_id":"r1","status":"OK","payload":{"images":[{"url":"a"}]}}"#, "a", false),
        (#"{"request_id":"r1","status":"OK","payload":{},"error":null,"new":{"deep":[1]}}"#, "", false),
        // After a repetition of fal's own there is a newer id beside the one that we know.
        (#"{"request_id":"r1","gateway_request_id":"r9","status":"OK","payload":{"image":{"url":"b"}}}"#, "b", false),
        (#"{"request_id":"r1","status":"OK","payload":null,"payload_error":"too large"}"#, "", true),
        (#"{"request_id":"r1","status":"OK"}"#, "", true),
        (#"{"request_id":"r1","status":"ERROR","error":"Invalid status code: 504"}"#, "provider_error", true),
        (#"{"request_id":"r1","status":"ERROR","payload":"x","payload_error":"x"}"#, "provider_error", true),
        (#"""
        {"request_id":"r1","status":"ERROR","error":"Invalid status code: 422",
         "payload":{"detail":[{"loc":["body","prompt"],"msg":"field required","type":"value_error.missing"}]}}
        """#, "invalid_input", false),
        (#"""
        {"request_id":"r1","status":"ERROR","error":"Request was cancelled",
         "payload":{"detail":"Request was cancelled","error_type":"client_cancelled"}}
        """#, "provider_cancelled", false),
        (#"{"request_id":"r1","status":"ERROR","payload":{"detail":"odd"}}"#, "provider_error", false),
        // What fal writes, and JSON does not allow.
        (#"{"request_id":"r1","status":"OK","payload":{"images":[{"url":"a"}],"timings":{"x":NaN}}}"#, "a", false),
        (#"{"request_id":"r1","status":"OK","payload":{"images":[{"url":"a"}],"prompt":"a \ud83d"}}"#, "a", false),
        (#"{"request_id":"r1","status":"OK","payload":{"images":[{"url":"a"}],"x":1e-200,"y":1e400}}"#, "a", false),
        (#"""
        {"request_id":"r1","status":"ERROR","error":{"code":7},"gateway_request_id":7,
         "payload":{"detail":[{"loc":["body","image_url"],"msg":"bad \u0000 value","type":"value_error"}]}}
        """#, "provider_error", false),
        // A result that is no object is none.
        (#"{"request_id":"r1","status":"OK","payload":"done"}"#, "", true),
        (#"{"request_id":"r1","status":"OK","payload":[]}"#, "", true),
    ])
    func `a webhook says how a request ended, or that its result must be asked for`(
        text: String, means: String, needsPoll: Bool
    ) async throws {
        try await with { provider, _, _ in
            let verified = try await verify(webhook(bytes: Array(text.utf8)), provider)

            #expect(verified.requestID == "r1" && verified.needsPoll == needsPoll)
            switch provider.outcome(of: verified.payload) {
            case .delivered(let files, _): #expect(files.map(\.url).joined() == means)
            case .failed(let failure): #expect(failure.code.rawValue == means)
            }
        }
    }
}

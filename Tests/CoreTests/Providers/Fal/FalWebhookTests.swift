import AsyncHTTPClient
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
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        do {
            let url = "http://127.0.0.1:\(server.port)"
            let provider = FalProvider(
                .init(
                    name: .fal, queueURL: url, keysURL: url + "/keys", key: "id:secret", concurrency: 1,
                    webhookTimeout: .seconds(1), firstPoll: .seconds(1), slowestPoll: .seconds(1)),
                client: client, time: Time(now: clock.time.now, sleep: { try await Task.sleep(for: $0) }))
            try await body(provider, published, server)
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private final class Published: Sendable {
        private let answer: Mutex<ScriptedServer.Answer>

        init(_ answer: ScriptedServer.Answer) { self.answer = Mutex(answer) }

        var now: ScriptedServer.Answer { answer.withLock { $0 } }

        func become(_ next: ScriptedServer.Answer) { answer.withLock { $0 = next } }
    }

    private static func keys(_ keys: Curve25519.Signing.PrivateKey...) throws -> ScriptedServer.Answer {
        .ok(Array(try JSONEncoder().encode(FalKeySet(keys.map(\.publicKey)))))
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
}

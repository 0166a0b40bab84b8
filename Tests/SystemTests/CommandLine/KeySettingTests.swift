@testable import CLI
import AsyncHTTPClient
import Core
import Logging
import Synchronization
import TestSupport
import Testing

/// Keys of others: what they look like, and whether they are accepted.
struct KeySettingTests: ReadsSettings {
    @Test(arguments: [
        ("id:secret", true), ("0f5f1e2a-7a80-4a51-9a8e-8a2b1f9f7a10:2f6d1c7a", true), ("foo", false),
        (":secret", false),
        ("id:", false), ("a:b:c", false), ("id: secret", false), ("sk_test_x", false), ("$FAL_KEY:x\u{7F}", false),
    ])
    func `a key of fal.ai is an id and a secret`(key: String, isKey: Bool) {
        let found = problems(["FAL_KEY": key])

        #expect(found.isEmpty == isKey)
        #expect(found.allSatisfy { $0.hasPrefix("FAL_KEY must be") && $0.contains("id:secret") && !$0.contains("foo") })
        #expect(problems(["FAL_KEY": key, "DARKROOM_FAL_QUEUE_URL": "http://127.0.0.1:9"]) == [], "a sandbox's")
    }

    @Test(arguments: [
        ("sk_test_4eC39HqLyjWDarjtT1zdp7dc", true), ("sk_live_x", true), ("rk_test_x", true), ("rk_live_x", true),
        ("sk_org_live_x", true), ("foo", false), ("sk_test_", false), ("sk_test_…", false), ("SK_TEST_X", false),
        ("whsec_x", false), ("sk_foo", false), ("pk_test_x", false),
    ])
    func `a key of Stripe begins as its secret keys do`(key: String, isKey: Bool) {
        let found = problems(["STRIPE_SECRET_KEY": key])

        #expect(found.isEmpty == isKey)
        #expect(found.allSatisfy { $0.hasPrefix("STRIPE_SECRET_KEY must be") && $0.contains("sk_") })
        #expect(!found.joined().contains("foo"), "a key is not repeated")
        let elsewhere = problems(["DARKROOM_STRIPE_KEY": key, "DARKROOM_STRIPE_URL": "http://127.0.0.1:9"])
        #expect(elsewhere.isEmpty == !key.hasPrefix("pk_"), "an emulator's")
    }

    @Test(arguments: [(401, 1), (404, 0), (500, 0)])
    func `a key is tried once, and one line says that it is refused`(status: Int, lines: Int) async throws {
        let server = try await ScriptedServer { path in
            path.hasSuffix("/keys") ? .ok(Array(#"{"keys":[{}]}"#.utf8)) : .status(status)
        }
        let url = "http://127.0.0.1:\(server.port)"
        let settings = try read([
            "FAL_KEY": "a:secret", "DARKROOM_FAL_QUEUE_URL": url, "DARKROOM_FAL_KEYS_URL": url + "/keys",
        ])

        let log = try await tryKeys(settings)

        #expect(log.count == lines)
        #expect(log.allSatisfy { $0.hasPrefix("error") && $0.contains("fal.ai rejects the key") }, "\(log)")
        #expect(!log.joined().contains("a:secret"))
    }

    @Test(arguments: [(200, 0), (401, 1), (403, 0), (500, 0)])
    func `a key that Stripe rejects is one line, with where to get another`(status: Int, lines: Int) async throws {
        let server = try await ScriptedServer { _ in
            status == 200 ? .ok(Array(#"{"object":"list","data":[]}"#.utf8)) : .status(status)
        }
        let settings = try read([
            "STRIPE_SECRET_KEY": "sk_test_secret", "STRIPE_WEBHOOK_SECRET": "whsec_x",
            "DARKROOM_STRIPE_URL": "http://127.0.0.1:\(server.port)",
        ])

        let log = try await tryKeys(settings)

        #expect(server.requests.count == 1 && server.requests[0].contains("Bearer sk_test_secret"), "it is tried once")
        #expect(log.count == lines, "\(log)")
        #expect(log.allSatisfy { $0.hasPrefix("error") && $0.contains("Stripe rejects the key.") }, "\(log)")
        #expect(log.allSatisfy { $0.contains("STRIPE_SECRET_KEY") && !$0.contains("sk_test_secret") }, "\(log)")
    }

    @Test func `no key is tried where none is set, and an address that cannot be reached is one line`() async throws {
        #expect(try await tryKeys(read([:])) == [])
        let log = try await tryKeys(read([
            "STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_WEBHOOK_SECRET": "whsec_x",
            "DARKROOM_STRIPE_URL": "http://127.0.0.1:1",
        ]))
        #expect(log.count == 1 && log[0].contains("cannot be reached"), "\(log)")
    }

    /// What is logged, with its metadata.
    private func tryKeys(_ settings: Settings) async throws -> [String] {
        let lines = Lines()
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Platform.httpConfiguration)
        let logger = Logger(label: "test") { _ in Recorder(lines: lines) }
        await KeyTrial(settings: settings, probe: Probe(client: client), time: .system, logger: logger).tryKeys()
        try await client.shutdown()
        return lines.all
    }
}

private final class Lines: Sendable {
    private let state = Mutex<[String]>([])
    var all: [String] { state.withLock { $0 } }
    func add(_ line: String) { state.withLock { $0.append(line) } }
}

private struct Recorder: LogHandler {
    let lines: Lines
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.add("\(event.level) \(event.message) \(event.metadata ?? [:])") }
}

@testable import Core
import Testing
import TestSupport

/// The entries that settings make: what the rest of the product learns of fal and of the sandbox.
struct ProviderSettingsTests {
    private let world: TestWorld
    private let platform: Platform

    init() async throws {
        world = try await TestWorld()
        platform = try await Platform.testing(world.database, world.clock)
    }

    private func fal(_ name: ProviderName = .fal) -> FalProvider.Settings {
        FalProvider.Settings(
            name: name, queueURL: "https://queue.fal.run", keysURL: "https://rest.fal.ai/keys", key: "id:secret",
            concurrency: 40, webhookTimeout: .seconds(120), firstPoll: .seconds(2), slowestPoll: .seconds(30))
    }

    private func sandbox(at url: String = "http://127.0.0.1:8081", key: String? = nil) -> Providers.Settings.Make {
        Providers.Settings.sandbox(at: url, key: key, webhookTimeout: .seconds(7))
    }

    @Test func `fal does fal's work, under its own name, for the account that is named`() {
        let named = Providers.Settings.fal(fal(), userID: "us")(platform)

        #expect(named.serves == .fal && named.provider.name == .fal && named.title == "fal.ai")
        #expect(named.userID == "us" && !named.isSimulated && named.trusted == nil)
        #expect(Providers.Settings.fal(fal(), userID: nil)(platform).userID == nil)
    }

    @Test func `fal's limits are those of its settings`() {
        let provider = Providers.Settings.fal(fal(), userID: nil)(platform).provider

        #expect(provider.concurrency == 40)
        #expect(provider.webhookTimeout == .seconds(120))
        #expect(
            [0, 2, 4, 6, 8, 9].map { provider.pollInterval(after: $0) } == [2, 4, 8, 16, 30, 30].map { .seconds($0) })
    }

    @Test func `the sandbox does fal's work, under its own name, says that it is none, and its files may be fetched`() {
        let entry = sandbox()(platform)

        #expect(entry.serves == .fal && entry.provider.name == .sandbox)
        #expect(entry.isSimulated && entry.title.contains("not AI"))
        #expect(entry.userID == nil)
        #expect(entry.trusted == Origin("http://127.0.0.1:8081"))
    }

    @Test func `the sandbox is polled sooner and more often than fal, with bounds`() {
        let provider = sandbox()(platform).provider

        #expect(provider.concurrency == 100)
        #expect(provider.webhookTimeout == .seconds(7))
        #expect(
            [0, 1, 2, 4, 6, 1000].map { provider.pollInterval(after: $0) }
                == [400, 400, 800, 1600, 2000, 2000].map { .milliseconds($0) })
    }

    @Test(arguments: ["given:key", nil])
    func `the sandbox is asked with the key that it shares, and verified by the keys that it publishes`(key: String?)
        async throws
    {
        let server = try await ScriptedServer { _ in FalDriver.json(200, FalDriver.accepted) }
        let provider = sandbox(at: "http://127.0.0.1:\(server.port)", key: key)(platform).provider

        _ = await provider.submit(FalDriver.submission)
        let headers = [
            "x-fal-webhook-request-id": "r1", "x-fal-webhook-user-id": "u", "x-fal-webhook-timestamp": "1",
            "x-fal-webhook-signature": "00",
        ]
        await #expect(throws: WebhookRefusal.keysUnavailable) {
            _ = try await provider.verify(ReceivedWebhook(headers: headers, body: []))
        }

        let expected = key ?? platform.secrets.sandboxKey
        #expect(server.requests.first?.lowercased().contains("authorization: key \(expected)\r\n") == true)
        #expect(server.requests.last?.hasPrefix("GET /.well-known/jwks.json ") == true)
    }

    @Test func `the shared key is the same for the same secrets, and another for others`() async throws {
        let others = try await Secrets.make(now: world.clock.now)
        let key = platform.secrets.sandboxKey

        #expect(platform.secrets.sandboxKey == key)
        #expect(others.sandboxKey != key)
        #expect(key.hasPrefix("sandbox:") && Hex.bytes(String(key.dropFirst(8)))?.count == 16)
    }

    @Test func `each setting makes its entry, in their order`() {
        let providers = Providers(platform, .init([sandbox(), Providers.Settings.fal(fal(), userID: nil)]))

        #expect(providers.entries.map(\.provider.name) == [.sandbox, .fal])
        #expect(providers.serving(.fal)?.name == .sandbox)
        #expect(Providers(platform, .init()).entries.isEmpty)
    }
}

import Core

struct FalSetting: ProviderSetting {
    let key: String
    let queueURL: String
    /// Where it publishes the keys that its webhooks are signed with.
    let keysURL: String
    /// Our account there; learned from the first signed webhook where nil.
    let userID: String?
    let concurrency: Int
    let webhookTimeout: Duration

    let title = "fal.ai"
    let isPaid = true
    let isRemote = true

    var greeting: String { title }

    var entry: Providers.Settings.Make {
        let settings = FalProvider.Settings(
            name: .fal, queueURL: queueURL, keysURL: keysURL, key: key, concurrency: concurrency,
            webhookTimeout: webhookTimeout, firstPoll: .seconds(2), slowestPoll: .seconds(30))
        return Providers.Settings.fal(settings, userID: userID)
    }

    /// Nil if there is no key.
    init?(_ reader: inout SettingsReader, webhookTimeout: Duration?) {
        queueURL = reader.url("fal.queue.url") ?? Self.queueURL
        keysURL = reader.url("fal.keys.url") ?? "https://rest.fal.ai/.well-known/jwks.json"
        concurrency = reader.integer("fal.concurrency", 1...10_000) ?? 40
        userID = reader.text("fal.user.id")
        self.webhookTimeout = webhookTimeout ?? .seconds(120)
        guard let key = reader.text("fal.key", aliases: ["fal.key", "fal.ai.api.key"], isSecret: true) else {
            return nil
        }
        self.key = key
        // Elsewhere, such as at a sandbox, keys may look otherwise.
        if queueURL == Self.queueURL, !KeyShape.isFal(key) {
            reader.refuse("fal.key", """
                must be a key of fal.ai, which has the form id:secret. Create one at fal.ai/dashboard/keys. The value \
                is not shown because it may be a key.
                """)
        }
    }

    private static let queueURL = "https://queue.fal.run"
}

import AsyncHTTPClient
import Core
import Edge
import FalEmulator
import Logging
import StripeEmulator

extension Settings {
    /// What each feature is set to.
    func darkroom(_ secrets: Secrets) -> DarkroomSettings {
        var rules = WorkRules()
        rules.lease = lease
        rules.concurrency = concurrency
        rules.retries = RetryPolicy(firstDelay: retryDelay, maximumDelay: retryDelay * 30)
        rules.storeDelay = storeDelay
        rules.idle = .milliseconds(200)
        var files = Files.Settings(
            folder: files, rules: FileRules(quota: quota, trashLifetime: trashLifetime), allowPrivate: allowPrivate,
            isShared: database.isShared, pictureProgram: ThisProgram.path)
        files.provenance = .init(mode: provenance.mode, version: App.version, identity: provenance.identity)
        return DarkroomSettings(
            accounts: .init(signUp: signUp),
            files: files,
            providers: .init(providers.map(\.entry)),
            jobs: .init(rules: rules, providerCostPerDay: providerCostPerDay),
            notices: .init(streamsPerAccount: streamsPerAccount),
            billing: stripe(secrets).map {
                .init(stripe: client(of: $0), webhookSecrets: $0.webhookSecrets, rules: billing)
            })
    }

    /// The sandbox inside this process; nil if it is elsewhere or unused.
    func makeSandbox(_ platform: Platform, _ connections: ConnectionLimits) async throws -> FalEmulator.Server? {
        guard let sandbox, let port = sandbox.builtInPort else { return nil }
        var settings = FalEmulator.Server.Settings(dataFolder: data + "/sandbox")
        settings.port = port
        settings.connections = connections
        settings.key = sandbox.key ?? platform.secrets.sandboxKey
        return try await FalEmulator.Server(
            settings, client: platform.http, time: platform.time, logger: platform.logger.quiet)
    }

    /// The Stripe emulator inside this process; nil if it is elsewhere or unused.
    func makeStripeEmulator(
        _ platform: Platform, _ connections: ConnectionLimits
    ) async throws -> StripeEmulator.Server? {
        guard case .stripeEmulator(let port) = payments, let stripe = stripe(platform.secrets) else { return nil }
        var settings = StripeEmulator.Server.Settings(dataFolder: data + "/stripe-sandbox")
        settings.port = port
        settings.connections = connections
        settings.key = stripe.key
        settings.webhook = stripe.webhookSecrets.first.map { (localURL + "/api/stripe/webhook", $0) }
        return try await StripeEmulator.Server(
            settings, client: platform.http, time: platform.time, logger: platform.logger.quiet)
    }

    /// Who takes the money. The Stripe emulator's key and secret are this installation's own, so that no other program
    /// on this machine can report a payment.
    func stripe(_ secrets: Secrets) -> Stripe? {
        switch payments {
        case .off: return nil
        case .stripe(let stripe): return stripe
        case .stripeEmulator:
            let bytes = secrets.bytes(for: .stripeSandbox)
            return Stripe(
                key: "sk_test_" + Hex.text(bytes.prefix(16)), url: stripeEmulatorURL ?? "",
                webhookSecrets: ["whsec_" + Hex.text(bytes.suffix(16))])
        }
    }

    /// The port of the Stripe emulator may be another each time, so its ids are recorded under a name.
    func client(of stripe: Stripe) -> StripeClient.Settings {
        let name: String? = if case .stripeEmulator = payments { "emulator" } else { nil }
        return StripeClient.Settings(key: stripe.key, url: stripe.url, name: name)
    }

    /// What Stripe's ids are stored under, for those who only read them; nil if payments are off.
    var stripeEnvironment: StripeEnvironment? {
        let stripe: Stripe
        switch payments {
        case .off: return nil
        case .stripe(let set): stripe = set
        // The rest of its key is of no matter here, and is a secret.
        case .stripeEmulator: stripe = Stripe(key: "sk_test_", url: "", webhookSecrets: [])
        }
        return StripeClient(client(of: stripe), client: .shared, time: .system).environment
    }
}

extension Logger {
    /// For servers inside this process, whose requests are not the installation's.
    fileprivate var quiet: Logger {
        var logger = self
        logger.logLevel = max(logLevel, .notice)
        return logger
    }
}

import AsyncHTTPClient
import Core
import Logging
import SQL
import Web

extension App {
    /// Nothing where payments are not set up.
    static func billing(
        _ settings: Settings, _ secrets: Secrets, _ database: Database, _ client: HTTPClient, _ time: Time, _ wakeUp: WakeUp,
        _ logger: Logger
    ) -> Billing? {
        guard let stripe = settings.stripe(secrets) else { return nil }
        return Billing(
            database: database, stripe: StripeClient(settings.client(of: stripe), client: client, time: time),
            webhookSecrets: stripe.webhookSecrets, rules: settings.billing, time: time, wakeUp: wakeUp, logger: logger)
    }

    static func standIn(
        _ settings: Settings, secrets: Secrets, client: HTTPClient, time: Time, logger: Logger
    ) async throws -> StripeSandbox? {
        guard case .standIn(let port) = settings.payments, let stripe = settings.stripe(secrets) else { return nil }
        var configuration = StripeSandboxConfiguration(dataFolder: settings.data + "/stripe-sandbox")
        configuration.port = port
        configuration.key = stripe.key
        configuration.webhook = stripe.webhookSecrets.first.map { (settings.localURL + "/api/stripe/webhook", $0) }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        return try await StripeSandbox(configuration, client: client, time: time, logger: quiet)
    }

    static func billingDuties(_ services: Services) -> [Duty] {
        guard let billing = services.billing else { return [] }
        let (apply, reread, lift) = (ApplyStripeEvents(billing), RereadSubscriptions(billing), LiftHolds(billing))
        return [
            Duty("apply Stripe's events", every: .seconds(10)) { _ = try await apply.runOnce() },
            Duty("read subscriptions again", every: .seconds(3600)) { _ = try await reread.runOnce() },
            Duty("lift holds", every: .seconds(3600)) { try await lift.runOnce() },
        ]
    }
}

extension Settings {
    /// Who takes the money. The stand-in's key and secret are this installation's own, so that no other program on this
    /// machine can tell of a payment.
    func stripe(_ secrets: Secrets) -> Stripe? {
        switch payments {
        case .off: return nil
        case .stripe(let stripe): return stripe
        case .standIn:
            let bytes = secrets.bytes(for: .stripeSandbox)
            return Stripe(
                key: "sk_test_" + Hex.text(bytes.prefix(16)), url: standInURL ?? "",
                webhookSecrets: ["whsec_" + Hex.text(bytes.suffix(16))])
        }
    }

    /// A stand-in's port may be another each time.
    func client(of stripe: Stripe) -> StripeClient.Settings {
        let name: String? = if case .standIn = payments { "stand-in" } else { nil }
        return StripeClient.Settings(key: stripe.key, url: stripe.url, name: name)
    }

    /// What Stripe's ids are kept under, for who only reads them; nothing where payments are off.
    var stripeEnvironment: StripeEnvironment? {
        let stripe: Stripe
        switch payments {
        case .off: return nil
        case .stripe(let set): stripe = set
        // The rest of its key is of no matter here, and is a secret.
        case .standIn: stripe = Stripe(key: "sk_test_", url: "", webhookSecrets: [])
        }
        return StripeClient(client(of: stripe), client: .shared, time: .system).environment
    }
}

import Configuration
import Core
import Foundation
import Web

/// Everything that can be set from outside, read once and checked as a whole before anything starts.
/// In order: flags, the environment (`DARKROOM_…`), a `.env` file beside the working directory, defaults.
struct Settings: Sendable {
    var data: String
    var database: DatabaseAddress
    /// How many connections to PostgreSQL this process has at most, those that listen not counted.
    var connections: Int
    /// The folder of stored files, which all nodes share.
    var files: String
    var host: String
    var port: Int
    /// Where the outside world finds this server, without a slash at its end.
    var publicURL: String
    var tls: TLS?
    /// How many connections one network may have open.
    var connectionsPerNetwork: Int
    /// How many event streams an account may have open at a node.
    var streamsPerAccount: Int
    var appOrigins: AppOrigins
    var trustedProxies: TrustedProxies
    var admin: Admin
    var signUp: SignUp.Mode
    /// Those that jobs go to. Empty if none is set up; jobs then wait.
    var providers: [any ProviderSetting]
    var payments: Payments
    var billing: BillingRules
    var allowPrivate: Bool
    var quota: Int
    /// How long files stay in the trash.
    var trashLifetime: Duration
    var lease: Duration
    var concurrency: Int
    /// Before a job's second attempt; doubles with each, up to thirty times as long.
    var retryDelay: Duration
    /// Before an output is fetched a second time; doubles with each.
    var storeDelay: Duration
    /// What providers may cost in a day of UTC.
    var providerCostPerDay: MicroDollars?
    /// How long a server goes on serving after it has said that it stops.
    var shutdownGrace: Duration
    /// How outputs are marked.
    var provenance: ProvenanceSetting
    var log: LogSettings
    /// What works and is likely a mistake.
    var warnings: [String] = []

    struct TLS: Sendable {
        let certificate: String
        let key: String
    }

    struct Admin: Sendable {
        let email: String?
        let password: String?
    }

    enum Payments: Sendable {
        case off
        case stripe(Stripe)
        /// Inside the server's process, on a port of its own: nobody pays for anything.
        case stripeEmulator(port: Int)
    }

    struct Stripe: Sendable {
        let key: String
        let url: String
        let webhookSecrets: [String]

        var isLive: Bool { StripeClient.isLive(key) }

        static let url = "https://api.stripe.com"
    }
}

/// What is wrong with the settings: all of it, so that it can be corrected in one go.
struct SettingsProblems: Error, CustomStringConvertible {
    let problems: [String]

    var description: String {
        "Invalid settings:\n" + problems.map { "  - \($0)" }.joined(separator: "\n")
    }
}

extension Settings {
    /// - Parameter flags: By the settings' names, such as `port`.
    static func read(flags: [String: String]) async throws -> Settings {
        let reader = try await SettingsReader(flags: flags)
        return try read(reader)
    }

    static func read(_ given: SettingsReader) throws(SettingsProblems) -> Settings {
        var reader = given
        let host = reader.text("host") ?? "127.0.0.1"
        let port = reader.integer("port", 1...65_535) ?? 8080
        let tls = reader.tls()
        let data = reader.text("data") ?? "./data"
        let database = reader.database(in: data)
        let providers = reader.providers(beside: port)
        var settings = Settings(
            data: data, database: database, connections: reader.integer("database.connections", 2...200) ?? 8,
            files: reader.files(in: data), host: host, port: port,
            publicURL: reader.url("public.url", aliases: ["site.url"]) ?? defaultURL(host, port, isTLS: tls != nil),
            tls: tls, connectionsPerNetwork: reader.integer("connections.per.network", 1...100_000) ?? 2_000,
            streamsPerAccount: reader.integer("streams.per.account", 1...100_000) ?? 50,
            appOrigins: reader.appOrigins(beside: providers), trustedProxies: reader.trustedProxies(),
            admin: reader.admin(),
            signUp: reader.choice("sign.up") ?? .open, providers: providers,
            payments: reader.payments(beside: port, providers, isShared: database.isShared),
            billing: reader.billingRules(),
            allowPrivate: reader.flag("allow.private") ?? false,
            quota: (reader.integer("storage.quota.mb", 1...1_000_000_000) ?? 5000) * 1_000_000,
            trashLifetime: .seconds(86_400 * (reader.integer("trash.days", 1...90) ?? 7)),
            lease: .seconds(reader.integer("lease.seconds", 1...600) ?? 30),
            concurrency: reader.integer("worker.concurrency", 1...1000) ?? 64,
            retryDelay: reader.seconds("retry.seconds", 0.05...60) ?? .seconds(2),
            storeDelay: reader.seconds("store.retry.seconds", 0.05...60) ?? .seconds(1),
            providerCostPerDay: reader.dollars("provider.cost.per.day"),
            shutdownGrace: .seconds(reader.integer("shutdown.grace.seconds", 0...300) ?? 0),
            provenance: reader.provenance(at: Time.system.now()), log: reader.log())
        guard reader.problems.isEmpty else { throw SettingsProblems(problems: reader.problems) }
        settings.warnings = reader.unknownNames().map(\.sentence) + settings.paymentWarnings
        return settings
    }

    /// One that listens everywhere is reached here by the loopback address.
    private static func defaultURL(_ host: String, _ port: Int, isTLS: Bool) -> String {
        let name = ["0.0.0.0", "::"].contains(host) ? "127.0.0.1" : host
        return "\(isTLS ? "https" : "http")://\(name.contains(":") ? "[\(name)]" : name):\(port)"
    }

    /// A server's own sandbox knows only what that server asked of it, so it does for one node and for no more.
    var isForOneNodeOnly: Bool { database.isShared && sandbox?.builtInPort != nil }

    private var paymentWarnings: [String] {
        guard case .stripe(let stripe) = payments, stripe.webhookSecrets.isEmpty else { return [] }
        return ["""
            STRIPE_SECRET_KEY is set without STRIPE_WEBHOOK_SECRET: the server rejects all webhooks of Stripe, and \
            adds credits only when a customer returns from the payment page.
            """]
    }

    /// Where the Stripe emulator is, which is used from this machine alone.
    var stripeEmulatorURL: String? {
        guard case .stripeEmulator(let port) = payments else { return nil }
        return "http://127.0.0.1:\(port)"
    }

    /// Where this machine reaches the server itself.
    var localURL: String {
        let name = ["0.0.0.0", "::"].contains(host) ? "127.0.0.1" : host
        // A certificate names the public address.
        return tls == nil ? "http://\(name.contains(":") ? "[\(name)]" : name):\(port)" : publicURL
    }
}

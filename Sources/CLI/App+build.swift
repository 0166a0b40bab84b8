import AsyncHTTPClient
import Core
import Crypto
import Foundation
import Hummingbird
import HummingbirdTLS
import Logging
import NIOSSL
import SQL
import ServiceLifecycle
import UnixSignals
import Web

/// The installation: who is given what.
struct App: Sendable {
    static let version = "0.1.0"

    let settings: Settings
    let services: Services
    let worker: Worker
    let duties: Duties
    let sandbox: Sandbox?
    let standIn: StripeSandbox?
    let logger: Logger

    /// - Parameter worksHere: Whether the worker runs in this process too; pages say so.
    /// Puts the installation together for `body`, and takes it apart whatever comes of it.
    static func with(
        _ settings: Settings, logger: Logger, worksHere: Bool = true, _ body: (App) async throws -> Void
    ) async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: outgoing)
        let pictures = PictureThreads(count: 2)
        let database: Database
        do {
            database = try await openMigrated(settings, time: .system, logger: logger)
        } catch {
            try await close(client, pictures)
            throw error
        }
        do {
            try await body(try await build(settings, database, client, pictures, logger, worksHere: worksHere))
        } catch {
            await database.close()
            try await close(client, pictures)
            throw error
        }
        await database.close()
        try await close(client, pictures)
    }

    private static func close(_ client: HTTPClient, _ pictures: PictureThreads) async throws {
        try await client.shutdown()
        try await pictures.close()
    }

    private static func build(
        _ settings: Settings, _ database: Database, _ client: HTTPClient, _ pictures: PictureThreads, _ logger: Logger, worksHere: Bool
    ) async throws -> App {
        let time = Time.system
        let secrets = try await Secrets.open(settings.secretsStore(database, time: time), now: time.now())
        let identity = try await Identity(
            database: database, secrets: secrets, publicURL: settings.publicURL, signUpMode: settings.signUp, confirmsByMail: false,
            time: time, passwords: Passwords())
        let providers = providers(settings, secrets: secrets, client: client, time: time)
        let parts = try Parts(settings, database: database, secrets: secrets, pictures: pictures, time: time, logger: logger)
        if settings.database.isShared { try await FilesMark(folder: settings.files).claim(database, time: time) }
        let addresses = WebhookAddresses(secret: secrets.bytes(for: .webhookTokens), publicURL: settings.publicURL)
        let catalog = CatalogCache(database, time: time)
        let wakeUp = WakeUp(across: database)
        let billing = billing(settings, secrets, database, client, time, wakeUp, logger)
        let price = PriceRequest(catalog: catalog, database: database)
        let services = Services(
            database: database, identity: identity, catalog: catalog, price: price,
            submit: SubmitJob(price: price, database: database, time: time, wakeUp: wakeUp),
            cancel: CancelJob(database: database, time: time, wakeUp: wakeUp),
            receiveWebhook: ReceiveWebhook(
                database: database, providers: providers, addresses: addresses, userIDs: userIDs(settings), time: time,
                wakeUp: wakeUp, logger: logger),
            assets: parts.assets, upload: parts.upload, store: parts.store, links: parts.links, wakeUp: wakeUp,
            events: EventHub(database: database, wakeUp: wakeUp, time: time, logger: logger), readiness: Readiness(), time: time,
            version: version, corsOrigin: settings.corsOrigin,
            installation: Installation(provider: settings.providerInUse, worksHere: worksHere, publicURL: settings.publicURL), billing: billing)
        let worker = worker(settings, services, parts, providers, addresses, logger)
        return App(
            settings: settings, services: services, worker: worker,
            duties: Duties(dutyList(services, parts, logger), database: database, time: time, logger: logger),
            sandbox: try await sandbox(settings, secrets: secrets, client: client, time: time, logger: logger),
            standIn: try await standIn(settings, secrets: secrets, client: client, time: time, logger: logger), logger: logger)
    }

    /// Never followed by itself: a provider's redirect could lead anywhere, with our key in the request.
    private static var outgoing: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        return configuration
    }

    private static func providers(_ settings: Settings, secrets: Secrets, client: HTTPClient, time: Time) -> Providers {
        if let fal = settings.fal {
            return Providers(serving: [.fal: FalProvider(
                .init(
                    name: .fal, queueURL: fal.queueURL, keysURL: fal.keysURL, key: fal.key, concurrency: fal.concurrency,
                    webhookTimeout: settings.patience, firstPoll: .seconds(2), slowestPoll: .seconds(30)),
                client: client, time: time)])
        }
        guard let url = settings.sandboxURL else { return Providers(serving: [:]) }
        return Providers(serving: [.fal: FalProvider(
            .init(
                name: .sandbox, queueURL: url, keysURL: url + "/.well-known/jwks.json", key: settings.sandboxKey ?? sandboxKey(secrets), concurrency: 100,
                webhookTimeout: settings.patience, firstPoll: .milliseconds(400), slowestPoll: .seconds(2)),
            client: client, time: time)])
    }

    /// So that no other program on this machine can put work into our sandbox, or be told of ours.
    private static func sandboxKey(_ secrets: Secrets) -> String {
        "sandbox:" + Hex.text(SHA256.hash(data: Data(secrets.bytes(for: .webhookTokens) + Array("sandbox".utf8))).prefix(16))
    }

    private static func userIDs(_ settings: Settings) -> [ProviderName: String] {
        settings.fal?.userID.map { [.fal: $0] } ?? [:]
    }

    private static func sandbox(
        _ settings: Settings, secrets: Secrets, client: HTTPClient, time: Time, logger: Logger
    ) async throws -> Sandbox? {
        guard settings.usesSandbox, case .builtIn(let port) = settings.sandbox else { return nil }
        var configuration = SandboxConfiguration(dataFolder: settings.data + "/sandbox")
        configuration.port = port
        configuration.key = settings.sandboxKey ?? sandboxKey(secrets)
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        return try await Sandbox(configuration, client: client, time: time, logger: quiet)
    }

    /// The files' side of the installation.
    struct Parts {
        let store: any FileStore
        let links: FileLinks
        let assets: Assets
        let upload: StoreUpload
        let output: StoreOutput

        init(
            _ settings: Settings, database: Database, secrets: Secrets, pictures: PictureThreads, time: Time, logger: Logger
        ) throws {
            let rules = FileRules(quota: settings.quota)
            let store = try LocalFileStore(folder: settings.files)
            self.store = store
            links = FileLinks(secret: secrets.bytes(for: .signedLinks), publicURL: settings.publicURL, time: time)
            assets = Assets(database: database, store: store, time: time, logger: logger)
            upload = StoreUpload(database: database, store: store, rules: rules, time: time, logger: logger)
            let fetcher = Fetcher(policy: AddressPolicy(allowPrivate: settings.allowPrivate), time: time)
            let inspect = InspectPicture(threads: pictures)
            output = StoreOutput(
                fetcher: fetcher, database: database, store: store, inspect: { try await inspect($0) }, rules: rules, time: time)
        }
    }

    private static func worker(
        _ settings: Settings, _ services: Services, _ parts: Parts, _ providers: Providers, _ addresses: WebhookAddresses, _ logger: Logger
    ) -> Worker {
        var rules = WorkRules()
        rules.lease = settings.lease
        rules.concurrency = settings.concurrency
        rules.idle = .milliseconds(200)
        let (database, time, wakeUp) = (services.database, services.time, services.wakeUp)
        // Only what the provider in use serves from its own origin may be private.
        let trusted = Set([settings.usesSandbox ? settings.sandboxURL : nil].compactMap { $0.flatMap { Origin($0) } })
        let settle = SettleJob(
            database: database, store: { [output = parts.output] in try await output.outcome($0, trusting: trusted) }, rules: rules,
            time: time, logger: logger)
        let handOver = HandOver(
            database: database, providers: providers, catalog: services.catalog, webhooks: addresses,
            inputLink: { [links = parts.links] asset, account, lifetime in
                try await database.read { try $0.asset(asset, of: account) }.map { links.link(to: $0.key, lifetime: lifetime).url }
            },
            rules: rules, time: time, wakeUp: wakeUp, logger: logger)
        let followUp = FollowUp(
            database: database, providers: providers, settle: settle, rules: rules, time: time, wakeUp: wakeUp, logger: logger)
        return Worker(
            database: database, providers: providers, handOver: handOver, followUp: followUp, rules: rules,
            brake: settings.providerCostPerDay.map { CostBrake(limit: $0, catalog: services.catalog) }, time: time, wakeUp: wakeUp,
            logger: logger)
    }

    private static func dutyList(_ services: Services, _ parts: Parts, _ logger: Logger) -> [Duty] {
        let (database, time) = (services.database, services.time)
        let deleteFiles = DeleteFiles(database: database, store: parts.store, time: time, logger: logger)
        let expireLots = ExpireLots(database: database, time: time)
        let expireAssets = ExpireAssets(database: database, time: time)
        let abandoned = RemoveAbandonedUploads(store: parts.store, time: time)
        let sessions = DeleteEndedSessions(database: database, time: time)
        let grace = EndGrace(database: database, time: time)
        return [
            Duty("note key uses", every: KeyUses.interval, on: .eachNode) { try await services.identity.keyUses.runOnce() },
            Duty("delete files", every: .seconds(60)) { _ = try await deleteFiles.runOnce() },
            Duty(ExpireLots.name, every: .seconds(60)) { try await expireLots.runOnce() },
            Duty("end the grace of unpaid plans", every: .seconds(300)) { _ = try await grace.runOnce() },
            Duty("expire assets", every: .seconds(600)) { _ = try await expireAssets.runOnce() },
            Duty("remove abandoned uploads", every: .seconds(3600)) { _ = try await abandoned.runOnce() },
            Duty("delete ended sessions", every: .seconds(3600)) { _ = try await sessions.runOnce() },
            Duty("delete spend counters", every: .seconds(3600)) {
                let longAgo = time.now() - .seconds(62 * 86_400)
                _ = try await database.write(order: .alone) { try $0.deleteSpendCounters(before: longAgo, limit: 1000) }
            },
            Duty("delete idempotency keys", every: .seconds(600)) {
                let dayAgo = time.now() - .seconds(86_400)
                _ = try await database.write(order: .alone) { try $0.deleteIdempotencyKeys(before: dayAgo, limit: 1000) }
            },
        ] + billingDuties(services)
    }
}

extension Secrets {
    func bytes(for purpose: Purpose) -> [UInt8] {
        key(for: purpose).withUnsafeBytes { Array($0) }
    }
}

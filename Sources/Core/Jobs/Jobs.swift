import SQL

/// Requests to generate: priced, submitted, worked on, read.
package struct Jobs: Sendable {
    package struct Settings: Sendable {
        package var rules = WorkRules()
        /// What providers may cost in a day of UTC; nil means no limit.
        package var providerCostPerDay: MicroDollars?
        /// Another way of bringing outputs into the store than the files' own, for tests and benchmarks.
        package var storeOutput: SettleJob.Store?

        package init(
            rules: WorkRules = WorkRules(), providerCostPerDay: MicroDollars? = nil, storeOutput: SettleJob.Store? = nil
        ) {
            self.rules = rules
            self.providerCostPerDay = providerCostPerDay
            self.storeOutput = storeOutput
        }
    }

    package let price: PriceRequest
    package let submit: SubmitJob
    package let cancel: CancelJob
    package let read: ReadJob
    package let receiveWebhook: ReceiveWebhook
    package let previewPrices: PreviewPrices
    package let webhookAddresses: WebhookAddresses
    private let platform: Platform
    private let settings: Settings
    private let catalog: Catalog
    private let files: Files
    private let providers: Providers

    package init(
        _ platform: Platform, _ settings: Settings, _ catalog: Catalog, _ files: Files, _ providers: Providers
    ) {
        let (database, time) = (platform.database, platform.time)
        self.platform = platform
        self.settings = settings
        self.catalog = catalog
        self.files = files
        self.providers = providers
        price = PriceRequest(catalog: catalog, database: database)
        submit = SubmitJob(
            price: price, fetchUpload: files.fetchUpload, assets: files.assets, database: database, time: time)
        cancel = CancelJob(database: database, time: time)
        read = ReadJob(database: database, time: time)
        previewPrices = PreviewPrices(database: database, time: time)
        webhookAddresses = WebhookAddresses(
            secret: platform.secrets.bytes(for: .webhookTokens), publicURL: platform.publicURL)
        receiveWebhook = ReceiveWebhook(
            database: database, providers: providers, addresses: webhookAddresses, time: time,
            logger: platform.logger)
    }

    /// One worker. A process has one; tests have several, as several processes would.
    package func makeWorker() -> Worker {
        let (database, time, notifier, logger) = (platform.database, platform.time, platform.notifier, platform.logger)
        let trusted = providers.trustedOrigins
        let store: SettleJob.Store = settings.storeOutput ?? { [storeOutput = files.storeOutput] in
            try await storeOutput.outcome($0, trusting: trusted)
        }
        let settle = SettleJob(database: database, store: store, rules: settings.rules, time: time, logger: logger)
        let advanceAttempt = AdvanceAttempt(
            database: database, providers: providers, settle: settle, rules: settings.rules, time: time,
            logger: logger)
        return Worker(
            database: database, providers: providers, submitAttempt: makeSubmitAttempt(),
            advanceAttempt: advanceAttempt, rules: settings.rules,
            budget: settings.providerCostPerDay.map { ProviderBudget(limit: $0, catalog: catalog) }, time: time,
            notifier: notifier, logger: logger)
    }

    package func makeSubmitAttempt() -> SubmitAttempt {
        SubmitAttempt(
            database: platform.database, providers: providers, catalog: catalog, webhooks: webhookAddresses,
            inputLink: { [database = platform.database, links = files.links] asset, account, lifetime in
                try await database.read { try $0.files.asset(asset, of: account) }.map {
                    links.link(toInput: $0, lifetime: lifetime).url
                }
            },
            rules: settings.rules, time: platform.time, logger: platform.logger)
    }
}

import Core
import HTTPTypes
package import Hummingbird

extension Services {
    /// Every route of the product, in one list.
    package func router() -> Router<AppContext> {
        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: AnswerMiddleware(time: time))
        if let corsOrigin { router.add(middleware: CORSMiddleware(darkroom: corsOrigin)) }
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: CallerMiddleware(authenticator: identity.authenticator, secrets: identity.secrets))

        let check = PartsCheck(database: database, store: store, readiness: readiness, time: time)
        let health = HealthRoutes(check: check, version: version)
        router.get("/health/live", use: health.live)
        router.get("/health/ready", use: health.ready)

        let files = PublicFiles()
        router.get("/", use: HomePage(check: check, installation: installation, signUp: identity.signUp.mode, version: version, files: files).handle)
        router.get("/public/:name", use: files.handle)

        AuthRoutes(identity, version: version).addRoutes(to: router)
        router.post("/api/webhooks/:provider/:token", use: ProviderWebhook(receive: receiveWebhook).handle)
        router.post("/api/stripe/webhook", use: StripeWebhook(receive: billing.map { ReceiveStripeEvent($0) }).handle)
        router.get("/api/kinds", use: ShowKinds(catalog: catalog).handle)

        let file = ServeFile(assets: assets, store: store, links: links, time: time)
        router.get("/files/**", use: file.handle)
        router.head("/files/**", use: file.handle)

        addAccountRoutes(to: router.group("/api", context: AccountContext.self))
        AdminRoutes(database: database, catalog: catalog, billing: billing, time: time)
            .addRoutes(to: router.group("/api/admin", context: AdminContext.self))
        router.refuseOtherMethods()
        return router
    }

    private func addAccountRoutes(to api: RouterGroup<AccountContext>) {
        api.post("/generate", use: Generate(submit: submit).handle)
        api.post("/estimate", use: Estimate(price: price, database: database, time: time).handle)

        let show = ShowJob(read: ReadJob(database: database, time: time), links: links, time: time)
        let change = ChangeJob(cancel: cancel, submit: submit, database: database)
        let events = EventStream(database: database, hub: events, time: time)
        api.get("/generate/:id", use: show.result)
        api.get("/jobs", use: ListJobs(database: database).handle)
        api.get("/jobs/:id", use: show.show)
        api.delete("/jobs/:id", use: change.cancel)
        api.post("/jobs/:id/retry", use: change.retry)
        api.get("/jobs/:id/events", use: events.job)
        api.get("/events", use: events.account)

        api.get("/credits/balance", use: ShowCredits(database: database, time: time).balance)
        api.get("/credits/history", use: ShowHistory(database: database).handle)
        api.get("/credits/explain", use: ExplainCredits(database: database, time: time).handle)

        SpendLimitRoutes(SpendLimits(database: database, time: time)).addRoutes(to: api)

        api.post("/assets", use: UploadAsset(store: upload, links: links).handle)
        api.get("/assets", use: ListAssets(assets: assets, links: links).handle)
        api.get("/assets/:id", use: ShowAsset(assets: assets, links: links).handle)
        api.patch("/assets/:id", use: EditAsset(assets: assets, links: links).handle)
        api.delete("/assets/:id", use: DeleteAsset(assets: assets).handle)

        BillingRoutes(
            billing: billing, addresses: ReturnAddresses(publicURL: installation.publicURL, appOrigin: corsOrigin), database: database
        ).addRoutes(to: api)

        api.get("/keys", use: ListKeys(identity.apiKeys).handle)
        api.post("/keys", use: CreateKey(identity.apiKeys).handle)
        api.delete("/keys/:id", use: RevokeKey(identity.apiKeys).handle)
    }
}

extension CORSMiddleware<AppContext> {
    /// For apps in a browser on another origin: what Supabase's clients and our own API send and read.
    fileprivate init(darkroom origin: String) {
        self.init(
            allowOrigin: origin == "*" ? .originBased : .custom(origin),
            allowHeaders: [
                .authorization, .apiKey, .contentType, .darkroomAccount, .idempotencyKey, .lastEventID, .clientInfo, .supabaseVersion,
                .upsert, .prefer, .cacheControl, .range,
            ],
            allowMethods: [.get, .post, .put, .patch, .delete, .head, .options],
            exposedHeaders: [
                HTTPField.Name.requestID, .supabaseVersion, .totalCount, .link, .retryAfter, .eTag, .contentRange, .idempotentReplayed,
            ].map(\.canonicalName),
            maxAge: .seconds(3600))
    }
}

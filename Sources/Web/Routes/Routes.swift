import Core
package import Hummingbird

// Every route of the product is in this folder, in lists and nothing else: here what needs no account, and in
// `Routes+….swift` what does, or what has a surface of its own. What a route does is in the file of its handler.

extension WebApplication {
    package func router() -> Router<AppContext> {
        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        let files = PublicFiles()
        router.add(middleware: RequestLogMiddleware(time: app.platform.time, isSecure: isSecure))
        if !settings.trustedProxies.isEmpty {
            router.add(middleware: ClientAddressMiddleware(proxies: settings.trustedProxies))
        }
        router.add(middleware: CrossOriginMiddleware(origins: settings.appOrigins))
        router.add(middleware: NotFoundPage(files: files))
        router.add(middleware: ErrorMiddleware())
        router.add(middleware: AuthErrorMiddleware(under: SupabaseAuthRoutes.path))
        router.add(middleware: ContinueMiddleware())
        router.add(middleware: BodyMiddleware())
        router.add(middleware: AuthenticationMiddleware(
            authenticator: app.accounts.authenticator, secrets: app.accounts.secrets))

        addPublicRoutes(to: router, files)
        SupabaseAuthRoutes(accounts: app.accounts, time: app.platform.time, version: settings.version)
            .add(to: router)
        addAPIRoutes(to: APIRoutes(router.group("/api", context: AccountContext.self)))
        AdminRoutes(app: app).add(to: APIRoutes(router.group("/api/admin", context: AdminContext.self)))
        router.refuseOtherMethods()
        return router
    }

    private func addPublicRoutes(to router: Router<AppContext>, _ files: PublicFiles) {
        let check = ReadinessCheck(
            database: app.platform.database, store: app.files.store, readiness: readiness, time: app.platform.time)
        let health = ShowHealth(check: check, version: settings.version)
        router.get("/health/live", use: health.live)
        router.get("/health/ready", use: health.ready)

        router.get("/", use: HomePage(app: app, settings: settings, check: check, files: files).handle)
        router.get("/public/:name", use: files.handle)
        router.get("/favicon.ico", use: files.icon)
        router.get("/robots.txt", use: files.robots)

        let thumbnail = ServeThumbnail(
            assets: app.files.assets, store: app.files.store, links: app.files.links,
            makeMissing: app.files.previews.makeMissing, time: app.platform.time)
        router.get("/files/thumbnails/:account/:asset/:file", use: thumbnail.handle)
        router.head("/files/thumbnails/:account/:asset/:file", use: thumbnail.handle)
        let file = ServeFile(
            assets: app.files.assets, store: app.files.store, links: app.files.links, time: app.platform.time)
        router.get("/files/**", use: file.handle)
        router.head("/files/**", use: file.handle)

        SharedRoutes(files: app.files, pages: files).add(to: router)

        let api = APIRoutes(router.group("/api"))
        api.get("/kinds", use: ShowKinds(catalog: app.catalog).handle)
        ProvenanceRoutes(check: app.files.checkProvenance, files: files).add(to: router, api: api)
        api.get("/billing/packs", use: ShowOffers(database: app.platform.database).handle)
        router.post("/api/webhooks/:provider/:token", use: ProviderWebhook(receive: app.jobs.receiveWebhook).handle)
        router.post(
            "/api/stripe/webhook", use: StripeWebhook(receive: app.billing.map { ReceiveStripeEvent($0) }).handle)
    }
}

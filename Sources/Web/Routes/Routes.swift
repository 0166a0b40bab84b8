import Core
package import Hummingbird

// Every route of the product is in this folder, in lists and nothing else: here what needs no account, and in
// `Routes+….swift` what does, or what has a surface of its own. What a route does is in the file of its handler.

extension Services {
    package func router() -> Router<AppContext> {
        let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestLogMiddleware(time: time))
        if let corsOrigin { router.add(middleware: CORSMiddleware(darkroom: corsOrigin)) }
        router.add(middleware: ErrorMiddleware())
        let authentication = AuthenticationMiddleware(authenticator: identity.authenticator, secrets: identity.secrets)
        router.add(middleware: authentication)

        addPublicRoutes(to: router)
        SupabaseAuthRoutes(identity: identity, version: version).add(to: router)
        addAPIRoutes(to: router.group("/api", context: AccountContext.self))
        AdminRoutes(database: database, catalog: catalog, billing: billing, time: time)
            .add(to: router.group("/api/admin", context: AdminContext.self))
        router.refuseOtherMethods()
        return router
    }

    private func addPublicRoutes(to router: Router<AppContext>) {
        let check = ReadinessCheck(database: database, store: store, readiness: readiness, time: time)
        let health = ShowHealth(check: check, version: version)
        router.get("/health/live", use: health.live)
        router.get("/health/ready", use: health.ready)

        let files = PublicFiles()
        let home = HomePage(
            check: check, installation: installation, signUp: identity.signUp.mode, version: version, files: files)
        router.get("/", use: home.handle)
        router.get("/public/:name", use: files.handle)

        let file = ServeFile(assets: assets, store: store, links: links, time: time)
        router.get("/files/**", use: file.handle)
        router.head("/files/**", use: file.handle)

        router.get("/api/kinds", use: ShowKinds(catalog: catalog).handle)
        router.post("/api/webhooks/:provider/:token", use: ProviderWebhook(receive: receiveWebhook).handle)
        router.post("/api/stripe/webhook", use: StripeWebhook(receive: billing.map { ReceiveStripeEvent($0) }).handle)
    }
}

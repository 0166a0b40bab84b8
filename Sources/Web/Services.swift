package import Core
package import SQL

/// What the routes use: put together once at the start.
package struct Services: Sendable {
    package let database: Database
    package let identity: Identity
    package let catalog: CatalogCache
    package let price: PriceRequest
    package let submit: SubmitJob
    package let cancel: CancelJob
    package let receiveWebhook: ReceiveWebhook
    package let assets: Assets
    package let upload: StoreUpload
    package let store: any FileStore
    package let links: FileLinks
    package let wakeUp: WakeUp
    package let events: EventHub
    package let readiness: Readiness
    package let time: Time
    package let version: String
    /// Origins whose pages may call the API from a browser; `*` for any.
    package let corsOrigin: String?
    package let installation: Installation
    /// Nil if payments are not set up.
    package let billing: Billing?

    package init(
        database: Database, identity: Identity, catalog: CatalogCache, price: PriceRequest, submit: SubmitJob,
        cancel: CancelJob, receiveWebhook: ReceiveWebhook, assets: Assets, upload: StoreUpload, store: any FileStore,
        links: FileLinks, wakeUp: WakeUp, events: EventHub, readiness: Readiness, time: Time, version: String, corsOrigin: String?,
        installation: Installation = Installation(), billing: Billing? = nil
    ) {
        self.database = database
        self.identity = identity
        self.catalog = catalog
        self.price = price
        self.submit = submit
        self.cancel = cancel
        self.receiveWebhook = receiveWebhook
        self.assets = assets
        self.upload = upload
        self.store = store
        self.links = links
        self.wakeUp = wakeUp
        self.events = events
        self.readiness = readiness
        self.time = time
        self.version = version
        self.corsOrigin = corsOrigin
        self.installation = installation
        self.billing = billing
    }
}

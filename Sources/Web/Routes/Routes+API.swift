import Core
import Hummingbird
import SQL

extension WebApplication {
    /// What an account may ask for, under `/api`.
    func addAPIRoutes(to api: APIRoutes<AccountContext>) {
        JobRoutes(app: app).add(to: api)
        CreditRoutes(app: app).add(to: api)
        FileRoutes(assets: app.files.assets, upload: app.files.storeUpload, links: app.files.links).add(to: api)
        GalleryRoutes(database: app.platform.database, gallery: app.files.gallery, links: app.files.links).add(to: api)
        BulkRoutes(bulk: app.files.bulk, zip: app.files.zip, time: app.platform.time).add(to: api)
        SettingsRoutes(read: app.files.readSettings).add(to: api)
        ShareRoutes(shares: app.files.shares, time: app.platform.time).add(to: api)
        BillingRoutes(app: app, appOrigins: settings.appOrigins).add(to: api)
        KeyRoutes(keys: app.accounts.apiKeys).add(to: api)
    }
}

/// Jobs, their prices and their events.
struct JobRoutes {
    let app: Darkroom

    /// Where a browser cannot set a header.
    private enum StreamQuery: String, QueryName { case lastEventId }

    func add(to api: APIRoutes<AccountContext>) {
        let (jobs, database, time) = (app.jobs, app.platform.database, app.platform.time)
        let reader = JobRequestReader()
        let show = ShowJob(read: jobs.read, links: app.files.links, time: time)
        let change = ChangeJob(cancel: jobs.cancel, submit: jobs.submit, database: database)
        let events = EventStream(database: database, notices: app.notices, time: time)
        api.post("/generate", use: Generate(submit: jobs.submit, read: reader).handle)
        api.get("/generate/:id", use: show.result)
        api.post(
            "/estimate", use: Estimate(price: jobs.price, database: database, time: time, read: reader).handle)
        api.get("/jobs", use: ListJobs(database: database, links: app.files.links).handle)
        api.get("/jobs/:id", use: show.show)
        api.delete("/jobs/:id", use: change.cancel)
        api.post("/jobs/:id/retry", use: change.retry)
        api.get("/jobs/:id/events", query: StreamQuery.self, use: events.job)
        api.get("/events", query: StreamQuery.self, use: events.account)
    }
}

/// Credits and the limits on spending them.
struct CreditRoutes {
    let app: Darkroom

    func add(to api: APIRoutes<AccountContext>) {
        let (database, time) = (app.platform.database, app.platform.time)
        api.get("/credits/balance", use: ShowCredits(database: database, time: time).balance)
        api.get("/credits/history", use: ShowHistory(database: database).handle)
        api.get("/credits/explain", use: ExplainCredits(database: database, time: time).handle)

        let limits = ChangeSpendLimits(limits: app.ledger.spendLimits)
        api.get("/limits", use: limits.list)
        api.put("/limits/account", use: limits.setAccount)
        api.put("/limits/members/:id", use: limits.setMember)
        api.put("/limits/keys/:id", use: limits.setKey)
    }
}

/// Assets. Their bytes are under `/files`, in `Routes.swift`, since a link to them needs no account.
struct FileRoutes {
    let assets: Assets
    let upload: StoreUpload
    let links: FileLinks

    func add(to api: APIRoutes<AccountContext>) {
        api.post("/assets", query: UploadAsset.Parameter.self, use: UploadAsset(store: upload, links: links).handle)
        api.get("/assets", use: ListAssets(assets: assets, links: links).handle)
        api.get("/assets/:id", use: ShowAsset(assets: assets, links: links).handle)
        api.patch("/assets/:id", use: EditAsset(assets: assets, links: links).handle)
        api.delete("/assets/:id", use: DeleteAsset(assets: assets).handle)
        api.post("/assets/:id/revoke-links", use: RevokeLinks(assets: assets, links: links).handle)
        api.post("/assets/:id/restore", use: RestoreAsset(assets: assets, links: links).handle)
    }
}

/// Outputs, as a person looks through them.
struct GalleryRoutes {
    let database: Database
    let gallery: Gallery
    let links: FileLinks

    func add(to api: APIRoutes<AccountContext>) {
        api.get("/gallery", use: ListGallery(database: database, links: links).handle)
        api.get("/gallery/index", use: ShowGalleryIndex(gallery: gallery).handle)
    }
}

/// What is done with many assets at once.
struct BulkRoutes {
    let bulk: BulkTasks
    let zip: ZipAssets
    let time: Time

    func add(to api: APIRoutes<AccountContext>) {
        let change = ChangeAssets(bulk: bulk, time: time)
        api.post("/assets/bulk", use: change.begin)
        api.get("/assets/bulk/:id", use: change.show)
        api.post("/assets/bulk/:id/undo", use: change.undo)
        api.post("/assets/trash/empty", use: change.emptyTrash)
        api.post("/assets/zip", use: DownloadAssets(zip: zip, time: time).handle)
    }
}

/// API keys.
struct KeyRoutes {
    let keys: APIKeys

    func add(to api: APIRoutes<AccountContext>) {
        api.get("/keys", use: ListKeys(keys).handle)
        api.post("/keys", use: CreateKey(keys).handle)
        api.delete("/keys/:id", use: RevokeKey(keys).handle)
    }
}

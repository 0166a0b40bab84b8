import Core
import Hummingbird

/// What an account shares.
struct ShareRoutes {
    let shares: Shares
    let time: Time

    func add(to api: APIRoutes<AccountContext>) {
        let share = ShareAsset(shares: shares, time: time)
        api.post("/assets/:id/share", use: share.share)
        api.get("/assets/:id/share", use: share.show)
        api.delete("/assets/:id/share", use: share.end)
        api.get("/shares", use: ListShares(shares: shares).handle)
    }
}

/// What is shared, for everybody who has the link.
struct SharedRoutes {
    let files: Files
    let pages: PublicFiles

    func add(to router: some RouterMethods<AppContext>) {
        let page = SharePage(shares: files.shares, files: pages)
        let served = ServeShared(
            shares: files.shares, store: files.store, makeMissing: files.previews.makeMissing,
            refusal: SharedRefusal(files: pages))
        router.get("/s/:token", use: page.handle)
        router.get("/s/:token/file", use: served.file)
        router.head("/s/:token/file", use: served.file)
        router.get("/s/:token/thumbnails/:name", use: served.thumbnail)
        router.head("/s/:token/thumbnails/:name", use: served.thumbnail)
    }
}

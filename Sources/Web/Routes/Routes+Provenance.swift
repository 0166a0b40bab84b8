import Core
import Hummingbird

/// Where a file comes from, for anyone who has it: a route of the API and a page. Neither needs an account.
struct ProvenanceRoutes {
    let check: CheckProvenance
    let files: PublicFiles

    func add(to router: Router<AppContext>, api: APIRoutes<AppContext>) {
        let received = ReceivedCheck(check: check)
        let page = CheckPage(check: received, files: files)
        api.post("/provenance/check", use: received.handle)
        router.get("/check", use: page.show)
        router.post("/check", use: page.check)
    }
}

/// What a file says of its own settings.
struct SettingsRoutes {
    let read: ReadSettings

    func add(to api: APIRoutes<AccountContext>) {
        api.get("/assets/:id/settings", use: ShowSettings(read: read).handle)
    }
}

/// The whole product without HTTP. Made once in a process, alike by the server, the worker, the commands, the tests and
/// the benchmark. A new feature is one file that puts the feature together, and one line here.
package struct Darkroom: Sendable {
    package let platform: Platform
    package let accounts: Accounts
    package let ledger: Ledger
    package let catalog: Catalog
    package let files: Files
    package let providers: Providers
    package let jobs: Jobs
    package let notices: Notices
    /// Nil where payments are not set up.
    package let billing: Billing?
    package let reconcile: Reconcile

    package init(_ platform: Platform, _ settings: DarkroomSettings) async throws {
        self.platform = platform
        accounts = try await Accounts(platform, settings.accounts)
        ledger = Ledger(platform)
        catalog = Catalog(platform.database, time: platform.time)
        files = try await Files(platform, settings.files)
        providers = Providers(platform, settings.providers)
        jobs = Jobs(platform, settings.jobs, catalog, files, providers)
        notices = Notices(platform, settings.notices, accounts)
        billing = settings.billing.map { Billing(platform, $0) }
        reconcile = Reconcile(database: platform.database, billing: billing, time: platform.time)
    }

    /// What happens by itself. Each feature brings its own.
    package var tasks: [ScheduledTask] {
        platform.tasks + accounts.tasks + ledger.tasks + files.tasks + Billing.graceTasks(platform)
            + (billing?.tasks ?? [])
    }
}

/// Each feature's own settings.
package struct DarkroomSettings: Sendable {
    package var accounts: Accounts.Settings
    package var files: Files.Settings
    package var providers: Providers.Settings
    package var jobs: Jobs.Settings
    package var notices: Notices.Settings
    /// Nil where payments are not set up.
    package var billing: Billing.Settings?

    package init(
        accounts: Accounts.Settings = Accounts.Settings(), files: Files.Settings,
        providers: Providers.Settings = Providers.Settings(),
        jobs: Jobs.Settings = Jobs.Settings(), notices: Notices.Settings = Notices.Settings(),
        billing: Billing.Settings? = nil
    ) {
        self.accounts = accounts
        self.files = files
        self.providers = providers
        self.jobs = jobs
        self.notices = notices
        self.billing = billing
    }
}

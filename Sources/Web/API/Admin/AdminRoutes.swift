package import Core
package import Hummingbird
package import SQL

/// What administrators of the installation may ask for, under `/api/admin`.
package struct AdminRoutes: Sendable {
    private let database: Database
    private let catalog: CatalogCache
    private let time: Time

    package init(database: Database, catalog: CatalogCache, time: Time) {
        self.database = database
        self.catalog = catalog
        self.time = time
    }

    package func add(to admin: RouterGroup<AdminContext>) {
        admin.get("/audit-log", use: ListAdminActs(database: database).handle)
    }
}

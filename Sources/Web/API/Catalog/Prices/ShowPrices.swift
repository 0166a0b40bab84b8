import Core
import Hummingbird
import SQL

/// `GET /api/admin/prices?limit=&cursor=` lists the published versions, newest first; `GET /api/admin/prices/{version}`
/// shows one.
struct ShowPrices: Sendable {
    private let database: Database

    init(database: Database) {
        self.database = database
    }

    enum Parameter: String, PageName { case limit, cursor }

    @Sendable func list(
        _ request: Request, _ query: Query<Parameter>, _ context: AdminContext
    ) async throws -> Response {
        let page = try query.page(by: Int.self)
        let (found, current) = try await database.read {
            (try $0.catalog.priceVersions(before: page.cursor, limit: page.readLimit),
             try $0.catalog.currentPrices().version)
        }
        return .json(page.page("prices", of: found, by: \.version) {
            PriceVersionBody($0, isCurrent: $0.version == current)
        })
    }

    @Sendable func show(_ request: Request, _ context: AdminContext) async throws -> Response {
        guard let number = context.parameters.get("version").flatMap({ Int($0) }) else {
            throw PriceDraftError.noSuchVersion
        }
        let (version, current) = try await database.read {
            (try $0.catalog.prices(version: number), try $0.catalog.currentPrices().version)
        }
        guard let version else { throw PriceDraftError.noSuchVersion }
        return .json(PriceVersionBody(version, isCurrent: number == current, withDocument: true))
    }
}

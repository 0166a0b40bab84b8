import Core
package import Hummingbird
package import SQL

/// `GET /api/admin/prices?limit=&cursor=` lists the published versions, newest first; `GET /api/admin/prices/{version}` shows one.
package struct ShowPrices: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    private struct Page: Encodable {
        let prices: [PriceVersionBody]
        let nextCursor: String?
    }

    @Sendable package func list(_ request: Request, _ context: AdminContext) async throws -> Response {
        let limit = try request.limit()
        let cursor = try cursor(request)
        let (found, current) = try await database.read {
            (try $0.priceVersions(before: cursor, limit: limit + 1), try $0.currentPrices().version)
        }
        let page = found.prefix(limit)
        return .json(Page(
            prices: page.map { PriceVersionBody($0, isCurrent: $0.version == current) },
            nextCursor: found.count > limit ? page.last.map { "\($0.version)" } : nil))
    }

    @Sendable package func show(_ request: Request, _ context: AdminContext) async throws -> Response {
        guard let number = context.parameters.get("version").flatMap({ Int($0) }) else { throw PriceDraftError.noSuchVersion }
        let (version, current) = try await database.read { (try $0.prices(version: number), try $0.currentPrices().version) }
        guard let version else { throw PriceDraftError.noSuchVersion }
        return .json(PriceVersionBody(version, isCurrent: number == current, withDocument: true))
    }

    private func cursor(_ request: Request) throws(APIError) -> Int? {
        guard let text = request.uri.queryParameters["cursor"] else { return nil }
        guard let version = Int(text) else {
            throw APIError(.unprocessableContent, "invalid_parameter", "'cursor' is the 'nextCursor' of the page before.", field: "cursor")
        }
        return version
    }
}

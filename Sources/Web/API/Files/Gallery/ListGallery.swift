import Core
import Hummingbird
import SQL

/// `GET /api/gallery`: the outputs of an account, newest first. Page by page, as other lists, or as `?at=&n=`: those at
/// the places that `GET /api/gallery/index` tells.
struct ListGallery: Sendable {
    private static let usualCount = 60

    private let database: Database
    private let links: FileLinks

    init(database: Database, links: FileLinks) {
        self.database = database
        self.links = links
    }

    enum Parameter: String, PageName, AssetFilterName {
        case jobKind, model, tag, favorite, q, from, to, at, n, limit, cursor
    }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AccountContext
    ) async throws -> Response {
        let filter = try AssetFilter(query)
        if query.text(.at) != nil || query.text(.n) != nil { return try await range(query, filter, context.account) }
        let page = try query.page(of: Asset.self)
        let (found, made) = try await database.read { transaction in
            let found = try transaction.files.page(
                of: context.account, filter.ofOutputs, after: page.cursor, limit: page.readLimit)
            return (found, try transaction.jobs.made(found.assets))
        }
        return .json(page.page("pictures", of: made, by: \.asset.id, next: found.next) { MadePictureBody($0, links) })
    }

    /// Of the range that was asked for nothing is left out, so it is not bounded by bytes as a page is.
    private func range(
        _ query: Query<Parameter>, _ filter: AssetFilter, _ account: ID<Account>
    ) async throws -> Response {
        guard query.text(.limit) == nil, query.text(.cursor) == nil else {
            throw APIError.invalidParameter("at", "'at' and 'n' cannot be combined with 'limit' and 'cursor'.")
        }
        let position = try query.number(.at, in: 0...1_000_000_000) ?? 0
        let count = try query.number(.n, in: 1...Gallery.mostShown) ?? Self.usualCount
        let made = try await database.read { transaction in
            try transaction.jobs.made(transaction.files.gallery(of: account, filter, at: position, count: count))
        }
        return .json(Page(name: "pictures", items: made.map { MadePictureBody($0, links) }, nextCursor: nil))
    }
}

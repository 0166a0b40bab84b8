import Core
package import Hummingbird
package import SQL

/// `GET /api/admin/audit-log?subject=&limit=&cursor=`: what administrators did, newest first.
package struct ListAdminActs: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    private struct Page: Encodable {
        let acts: [ActBody]
        let nextCursor: String?
    }

    private struct ActBody: Encodable {
        let id: String
        /// Absent where it was done at the command line.
        let administrator: String?
        let action: String
        let subject: String
        let details: JSON
        let createdAt: String

        init(_ act: AdminAct) {
            id = act.id.rawValue
            administrator = act.administrator?.rawValue
            action = act.action.rawValue
            subject = act.subject
            details = act.details
            createdAt = act.at.text
        }
    }

    @Sendable package func handle(_ request: Request, _ context: AdminContext) async throws -> Response {
        let limit = try request.limit()
        let cursor = try request.cursor(AdminAct.self)
        let subject = request.uri.queryParameters["subject"].map { String($0) }
        let found = try await database.read { try $0.adminActs(on: subject, before: cursor, limit: limit + 1) }
        let page = found.prefix(limit)
        return .json(Page(acts: page.map(ActBody.init), nextCursor: found.count > limit ? page.last?.id.rawValue : nil))
    }
}

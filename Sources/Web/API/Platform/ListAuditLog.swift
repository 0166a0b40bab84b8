import Core
import Hummingbird
import SQL

/// `GET /api/admin/audit-log?subject=&limit=&cursor=`: what administrators did, newest first.
struct ListAuditLog: Sendable {
    private let database: Database

    init(database: Database) {
        self.database = database
    }

    private struct EntryBody: Encodable {
        let id: String
        /// Absent if it was done at the command line.
        let administrator: String?
        let action: String
        let subject: String
        let details: JSON
        let createdAt: String

        init(_ act: AuditLogEntry) {
            id = act.id.rawValue
            administrator = act.administrator?.rawValue
            action = act.action.rawValue
            subject = act.subject
            details = act.details
            createdAt = act.at.text
        }
    }

    @Sendable func handle(_ request: Request, _ context: AdminContext) async throws -> Response {
        let query = try request.page(of: AuditLogEntry.self)
        let subject = request.uri.queryParameters["subject"].map { String($0) }
        let found = try await database.read {
            try $0.auditLog.auditLogEntries(on: subject, before: query.cursor, limit: query.readLimit)
        }
        return .json(query.page("acts", of: found, by: \.id, EntryBody.init))
    }
}

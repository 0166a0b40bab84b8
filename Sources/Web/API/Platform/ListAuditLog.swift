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

    enum Parameter: String, PageName { case subject, limit, cursor }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AdminContext
    ) async throws -> Response {
        let page = try query.page(of: AuditLogEntry.self)
        let subject = query.text(.subject)
        let found = try await database.read {
            try $0.auditLog.auditLogEntries(on: subject, before: page.cursor, limit: page.readLimit)
        }
        return .json(page.page("acts", of: found, by: \.id, EntryBody.init))
    }
}

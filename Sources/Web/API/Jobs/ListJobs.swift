import Core
import HTTPTypes
package import Hummingbird
package import SQL

/// `GET /api/jobs?status=&limit=&cursor=`: newest first.
package struct ListJobs: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    private struct Answer: Encodable {
        let jobs: [JobBody]
        let nextCursor: String?
    }

    @Sendable package func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let limit = try request.limit()
        let cursor = try request.cursor(Job.self)
        let state = try state(request)
        let found = try await database.read { try $0.jobs(of: context.account, state: state, before: cursor, limit: limit + 1) }
        let page = found.prefix(limit)
        return .json(Answer(jobs: page.map(JobBody.init), nextCursor: found.count > limit ? page.last?.id.rawValue : nil))
    }

    private func state(_ request: Request) throws(APIError) -> JobState? {
        guard let text = request.uri.queryParameters["status"] else { return nil }
        guard let state = JobState(rawValue: String(text)) else {
            let known = JobState.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError(.unprocessableContent, "invalid_parameter", "'status' is one of \(known).", field: "status")
        }
        return state
    }
}

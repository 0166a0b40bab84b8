import Core
import Hummingbird
import SQL

/// `GET /api/jobs?status=&limit=&cursor=`: newest first.
struct ListJobs: Sendable {
    private let database: Database

    init(database: Database) {
        self.database = database
    }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        let query = try request.page(of: Job.self)
        let state: JobState? = try request.choice("status")
        let found = try await database.read {
            try $0.jobs.jobs(of: context.account, state: state, before: query.cursor, limit: query.readLimit)
        }
        return .json(query.page("jobs", of: found, by: \.id, JobBody.init))
    }
}

import Core
import Hummingbird
import SQL

/// `GET /api/jobs?status=&limit=&cursor=`: newest first.
struct ListJobs: Sendable {
    private let database: Database

    init(database: Database) {
        self.database = database
    }

    enum Parameter: String, PageName { case status, limit, cursor }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AccountContext
    ) async throws -> Response {
        let page = try query.page(of: Job.self)
        let state: JobState? = try query.choice(.status)
        let found = try await database.read {
            try $0.jobs.jobs(of: context.account, state: state, before: page.cursor, limit: page.readLimit)
        }
        return .json(page.page("jobs", of: found, by: \.id, JobBody.init))
    }
}

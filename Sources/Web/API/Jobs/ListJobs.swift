import Core
import Hummingbird
import SQL

/// `GET /api/jobs?status=&limit=&cursor=`: newest first, with what was paid for each and what it made.
struct ListJobs: Sendable {
    private let database: Database
    private let links: FileLinks

    init(database: Database, links: FileLinks) {
        self.database = database
        self.links = links
    }

    enum Parameter: String, PageName { case status, limit, cursor }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AccountContext
    ) async throws -> Response {
        let page = try query.page(of: Job.self)
        let state: JobState? = try query.choice(.status)
        let found = try await database.read {
            try $0.jobs.listedJobs(of: context.account, state: state, before: page.cursor, limit: page.readLimit)
        }
        return .json(page.page("jobs", of: found, by: \.job.id) { ListedJobBody($0, links) })
    }
}

/// A job in a list, and beside its own members its receipt and its outputs.
private struct ListedJobBody: Encodable {
    let job: JobBody
    let receipt: Receipt
    let outputs: [AssetBody]

    /// As in the receipt of one job, without its ledger entries.
    struct Receipt: Encodable {
        let reserved: Credits
        let captured: Credits
        let released: Credits
        let settledAt: String?
    }

    private enum Key: CodingKey {
        case receipt, outputs
    }

    init(_ listed: ListedJob, _ links: FileLinks) {
        job = JobBody(listed.job)
        receipt = Receipt(
            reserved: listed.receipt?.reserved ?? .zero, captured: listed.receipt?.captured ?? .zero,
            released: listed.receipt?.released ?? .zero, settledAt: listed.receipt?.endedAt?.text)
        outputs = listed.outputs.map { AssetBody($0, links) }
    }

    func encode(to encoder: any Encoder) throws {
        try job.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(receipt, forKey: .receipt)
        try container.encode(outputs, forKey: .outputs)
    }
}

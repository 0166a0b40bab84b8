import Core
import HTTPTypes
import Hummingbird
import NIOCore
import SQL

/// `GET /api/credits/history?kind=&job=&from=&to=&format=&limit=&cursor=`: the ledger's lines, newest first; as CSV
/// all of them.
struct ShowHistory: Sendable {
    /// Lines of a CSV that are in memory at once.
    private static let linesAtOnce = 500

    private let database: Database
    private let turns = Turns(2)

    init(database: Database) {
        self.database = database
    }

    enum Parameter: String, PageName { case kind, job, from, to, format, limit, cursor }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AccountContext
    ) async throws -> Response {
        let filter = try HistoryFilter(query)
        if try query.wantsCSV(.format, accept: request.headers[.accept]) { return try csv(filter, of: context.account) }
        let page = try query.page(of: LedgerTransaction.self, limit: 50)
        let found = try await database.read {
            try $0.ledger.history(of: context.account, filter, before: page.cursor, limit: page.readLimit)
        }
        return .json(page.page("transactions", of: found, by: \.id, LedgerLineBody.init))
    }

    /// Read page by page, as fast as the client takes it. Transactions that are added during it are newer than all that
    /// is still to come.
    private func csv(_ filter: HistoryFilter, of account: ID<Account>) throws -> Response {
        let database = database
        let turn = try turns.take(for: account)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8; header=present", .cacheControl: "no-store",
                .contentDisposition: #"attachment; filename="credits.csv""#,
            ],
            body: ResponseBody { writer in
                var page = CSV(LedgerLine.columns)
                var cursor: ID<LedgerTransaction>?
                while true {
                    let lines = try await database.read { [cursor] in
                        try $0.ledger.history(of: account, filter, before: cursor, limit: Self.linesAtOnce)
                    }
                    for line in lines { page.add(line.cells) }
                    try await writer.write(ByteBuffer(string: page.take()))
                    guard lines.count == Self.linesAtOnce else { break }
                    cursor = lines.last?.id
                }
                try await writer.finish(nil)
                withExtendedLifetime(turn) {}
            })
    }
}

extension LedgerLine {
    fileprivate static let columns = [
        "id", "createdAt", "kind", "amount", "jobId", "availableAfter", "reservedAfter", "purchaseId", "reason",
    ]

    fileprivate var cells: [CSV.Cell] {
        [
            .text(id.rawValue), .text(createdAt.text), .text(kind.rawValue), .number(amount.description),
            .text(job?.rawValue ?? ""), .number(availableAfter.description), .number(reservedAfter.description),
            .text(purchase?.rawValue ?? ""), .text(reason?.rawValue ?? ""),
        ]
    }
}

extension HistoryFilter {
    fileprivate init(_ query: Query<ShowHistory.Parameter>) throws(APIError) {
        self.init(
            kind: try query.choice(.kind), job: try query.identifier(.job), from: try query.instant(.from),
            to: try query.instant(.to))
    }
}

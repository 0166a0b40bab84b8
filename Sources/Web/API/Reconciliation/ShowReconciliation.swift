import Core
import Hummingbird

/// `GET /api/admin/reconciliation?from=&to=&stripe=&limit=`: every part of the books beside what it must agree with.
struct ShowReconciliation: Sendable {
    private let read: Reconcile
    private let time: Time
    /// It reads the whole ledger.
    private let turns = Turns(1)

    init(read: Reconcile, time: Time) {
        self.read = read
        self.time = time
    }

    enum Parameter: String, QueryName { case from, to, stripe, limit }

    @Sendable func handle(
        _ request: Request, _ query: Query<Parameter>, _ context: AdminContext
    ) async throws -> Response {
        let limit = try query.limit(.limit)
        let withStripe = try query.flag(.stripe) ?? false
        let (from, to) = (try query.instant(.from), try query.instant(.to))
        guard let period = ReconciliationPeriod(from: from, to: to, now: time.now()) else {
            throw APIError.invalidParameter("from", "'from' must be before 'to', and at most 366 days apart.")
        }
        let found = try await turns(for: nil) {
            try await read(period, withStripe: withStripe, limit: limit)
        }
        return .json(ReconciliationBody(found))
    }
}

import Core
import Foundation
import SQL
import TestSupport

/// What there is of an account beside itself: after a refusal, nothing.
struct Traces: Hashable, Sendable {
    var jobs = 0
    var events = 0
    var reservations = 0
    var assets = 0
    var idempotencyKeys = 0
    var files = 0

    static let none = Traces()

    init() {}

    init(of user: APIUser, on server: RunningServer) async throws {
        guard let account = user.account else { throw Unexpected("only an account of the test's own leaves traces") }
        self = try await server.withDatabase { database in
            try await database.read { transaction in
                var traces = Traces()
                traces.jobs = try transaction.count("SELECT COUNT(*) AS count FROM jobs WHERE account_id = $1", account)
                traces.events = try transaction.count(
                    "SELECT COUNT(*) AS count FROM job_events WHERE account_id = $1", account)
                traces.reservations = try transaction.count(
                    "SELECT COUNT(*) AS count FROM reservations WHERE account_id = $1", account)
                traces.assets = try transaction.count(
                    "SELECT COUNT(*) AS count FROM assets WHERE account_id = $1", account)
                traces.idempotencyKeys = try transaction.count(
                    "SELECT COUNT(*) AS count FROM idempotency_keys WHERE account_id = $1", account)
                return traces
            }
        }
        let names = FileManager.default.enumerator(atPath: server.folder + "/files")?.compactMap { $0 as? String } ?? []
        // Thumbnails come by themselves, a moment after what they are of.
        files = names.filter { $0.contains("/\(account)/") && !$0.hasPrefix("thumbnails/") }.count
    }
}

extension Transaction {
    fileprivate func count(_ statement: Statement, _ account: ID<Account>) throws(DatabaseError) -> Int {
        try queryOne(statement, account)?.get("count") ?? 0
    }
}

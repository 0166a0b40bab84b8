import Core
import Foundation
import SQL

/// When a completed job reached each step, in milliseconds, as its database and the sandbox's recorded it.
struct JobTimes: Sendable {
    let claimed: Int64
    let submitted: Int64
    /// By the provider.
    let finished: Int64
    let responded: Int64
    let ended: Int64

    /// Of all completed jobs, in the order of their submission.
    static func read(_ database: Database, sandboxFolder: String) async throws -> [JobTimes] {
        let sandbox = Database(try SQLiteEngine(path: sandboxFolder + "/sandbox.sqlite", readers: 1))
        let finished = try await sandbox.read { transaction in
            try transaction.query("SELECT id, ended_at FROM sandbox_requests WHERE ended_at IS NOT NULL").map {
                try ($0.get("id", as: String.self), $0.get("ended_at", as: Int64.self))
            }
        }
        await sandbox.close()
        let ends = Dictionary(finished, uniquingKeysWith: { first, _ in first })
        return try await database.read { transaction in
            try transaction.query("""
                SELECT a.request_id, a.created_at, a.submitted_at, a.responded_at, j.ended_at
                FROM attempts a JOIN jobs j ON j.id = a.job_id
                WHERE j.state = 'completed' AND a.state = 'succeeded' ORDER BY j.id
                """).compactMap { row in
                guard let end = ends[try row.get("request_id", as: String?.self) ?? ""] else { return nil }
                return try JobTimes(
                    claimed: row.get("created_at"), submitted: row.get("submitted_at"), finished: end,
                    responded: row.get("responded_at"), ended: row.get("ended_at"))
            }
        }
    }

    /// How the time between claim and end was spent, on average.
    static func shares(of jobs: [JobTimes]) -> String {
        let whole = jobs.map { max(1, $0.ended - $0.claimed) }.reduce(0, +)
        // A webhook may come before the response to the submission is recorded.
        let steps: [(String, (JobTimes) -> Int64)] = [
            ("hand-over and the provider's work", { max($0.finished, $0.claimed) - $0.claimed }),
            ("its webhook", { max(0, $0.responded - $0.finished) }),
            ("storing and settling", { $0.ended - $0.responded }),
        ]
        return steps.map { name, time in "\(name) \(jobs.map(time).reduce(0, +) * 100 / whole) %" }
            .joined(separator: ", ")
    }
}

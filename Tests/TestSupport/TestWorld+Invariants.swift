import Core
import SQL

extension TestWorld {
    /// What must hold when all has come to rest, whatever went wrong before; nothing where it does.
    package func brokenPromises() async throws -> [String] {
        try await differences() + sentTwice() + notAtRest() + paidTwice()
    }

    /// Lets the clock run, with a new worker and everything mended, until no job is alive.
    package func comeToRest(step: Duration = .seconds(7), steps: Int = 2_000) async throws {
        let worker = makeWorker()
        for _ in 0..<steps {
            try await work(worker)
            if try await count("SELECT COUNT(*) AS count FROM jobs WHERE ended_at IS NULL") == 0,
                try await count("SELECT COUNT(*) AS count FROM attempts WHERE ended_at IS NULL") == 0 { return }
            clock.advance(by: step)
            provider.finishAll()
        }
    }

    /// An attempt's webhook address is its own, so a second submission of it shows.
    private func sentTwice() -> [String] {
        Dictionary(grouping: provider.submissions, by: \.webhookURL).filter { $0.value.count > 1 }.map { "sent twice: \($0.key)" }
    }

    private func notAtRest() async throws -> [String] {
        var found: [String] = []
        for (what, statement) in [
            ("jobs are alive", "SELECT COUNT(*) AS count FROM jobs WHERE ended_at IS NULL"),
            ("attempts are alive", "SELECT COUNT(*) AS count FROM attempts WHERE ended_at IS NULL"),
            ("reservations are open", "SELECT COUNT(*) AS count FROM reservations WHERE ended_at IS NULL"),
            ("accounts count jobs under way", "SELECT COUNT(*) AS count FROM accounts WHERE slots_used <> 0"),
            ("balances have something reserved", "SELECT COUNT(*) AS count FROM balances WHERE reserved <> 0"),
        ] as [(String, Statement)] {
            let count = try await count(statement)
            if count > 0 { found.append("\(count) \(what)") }
        }
        return found
    }

    private func paidTwice() async throws -> [String] {
        try await database.read {
            try $0.query("""
                SELECT job_id, COUNT(*) AS count FROM transactions WHERE kind IN ('reserve', 'capture', 'release')
                GROUP BY job_id, kind HAVING COUNT(*) > 1
                """).map { "booked \(try $0.get("count", as: Int.self)) times: \(try $0.get("job_id", as: String.self))" }
        }
    }

    private func count(_ statement: Statement) async throws -> Int {
        try await database.read { try $0.queryOne(statement)?.get("count") ?? 0 }
    }
}

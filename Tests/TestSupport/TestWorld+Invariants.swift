import Core
package import SQL

extension TestWorld {
    /// What must hold when everything has come to rest, whatever failed before; empty if it does.
    package func brokenPromises() async throws -> [String] {
        try await differences() + sentTwice() + database.notAtRest() + database.bookedTwice()
    }

    /// Lets the clock run, with a new worker and all failures removed, until no job is alive.
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

    /// An attempt has a webhook address of its own, so a second submission of it shows.
    private func sentTwice() -> [String] {
        Dictionary(grouping: provider.submissions, by: \.webhookURL).filter { $0.value.count > 1 }.map {
            "sent twice: \($0.key)"
        }
    }

    private func count(_ statement: Statement) async throws -> Int {
        try await database.read { try $0.queryOne(statement)?.get("count") ?? 0 }
    }
}

extension Database {
    /// What is alive or held, where nothing should be any more.
    package func notAtRest() async throws -> [String] {
        try await read { transaction in
            try [
                ("jobs are alive", "SELECT COUNT(*) AS count FROM jobs WHERE ended_at IS NULL"),
                ("attempts are alive", "SELECT COUNT(*) AS count FROM attempts WHERE ended_at IS NULL"),
                ("reservations are open", "SELECT COUNT(*) AS count FROM reservations WHERE ended_at IS NULL"),
                ("accounts count jobs under way", "SELECT COUNT(*) AS count FROM accounts WHERE slots_used <> 0"),
                ("balances have something reserved", "SELECT COUNT(*) AS count FROM balances WHERE reserved <> 0"),
            ].compactMap { (what: String, statement: Statement) in
                let count = try transaction.queryOne(statement)?.get("count", as: Int.self) ?? 0
                return count > 0 ? "\(count) \(what)" : nil
            }
        }
    }

    package func bookedTwice() async throws -> [String] {
        try await read {
            try $0.query("""
                SELECT job_id, COUNT(*) AS count FROM transactions WHERE kind IN ('reserve', 'capture', 'release')
                GROUP BY job_id, kind HAVING COUNT(*) > 1
                """).map {
                    "booked \(try $0.get("count", as: Int.self)) times: \(try $0.get("job_id", as: String.self))"
                }
        }
    }
}

import Core
import Crypto
import Foundation
import SQL
import TestSupport

/// What must hold when all has come to rest, after any history.
struct TortureVerdict {
    let nodes: RunningNodes
    let sandbox: RunningSandbox
    let load: TortureLoad
    var rights: TortureRights?

    /// Empty if everything holds.
    func broken() async throws -> [String] {
        let audit = try await nodes.run(["audit"])
        var broken = audit.code == 0 ? [] : ["audit: \(audit.output)\(audit.errors)"]
        broken += load.wrong + (rights?.wrong ?? [])
        broken += try await nodes.withDatabase { database in
            try await database.notAtRest() + database.bookedTwice() + unpaid(database) + overPlan(database)
                + gone(database)
        }
        broken += try await sentTwice()
        broken += try await filesMissing()
        return broken + (try await eventsMissed())
    }

    /// Until nothing is alive, or for so long.
    func comeToRest(within bound: Duration) async throws {
        let time = Time.system
        let end = time.now() + bound
        while time.now() < end {
            let alive = try await nodes.withDatabase { try await $0.notAtRest() }
            if alive.isEmpty { return }
            try await time.sleep(.milliseconds(300))
        }
    }

    private func gone(_ database: Database) async throws -> [String] {
        let known = try await database.read { transaction in
            Set(try transaction.query("SELECT id FROM jobs").map { try $0.get("id", as: String.self) })
        }
        return load.jobs.filter { !known.contains($0.id) }.map { "a job with a response is gone: \($0.id)" }
    }

    private func unpaid(_ database: Database) async throws -> [String] {
        try await database.read { transaction in
            try transaction.query("""
                SELECT j.id FROM jobs j WHERE j.state = 'completed' AND j.price > 0
                    AND NOT EXISTS (SELECT 1 FROM transactions t WHERE t.job_id = j.id AND t.kind = 'capture')
                """).map { "completed and not captured: \(try $0.get("id", as: String.self))" }
        }
    }

    /// Counts each account's jobs under way through its events, which are numbered as they were committed.
    private func overPlan(_ database: Database) async throws -> [String] {
        try await database.read { transaction in
            let limits = try transaction.query(
                "SELECT a.id, p.concurrent_jobs FROM accounts a JOIN plans p ON p.name = a.plan")
                .map { (try $0.get("id", as: String.self), try $0.get("concurrent_jobs", as: Int.self)) }
            return try limits.compactMap { account, limit in
                let events = try transaction.query(
                    "SELECT job_id, state FROM job_events WHERE account_id = $1 ORDER BY account_seq", account)
                var underWay: Set<String> = []
                var most = 0
                for event in events {
                    let job = try event.get("job_id", as: String.self)
                    if try event.get("state", as: String.self) == "processing" {
                        underWay.insert(job)
                    } else {
                        underWay.remove(job)
                    }
                    most = max(most, underWay.count)
                }
                return most > limit ? "\(most) jobs at once of \(account), whose plan has \(limit)" : nil
            }
        }
    }

    /// An attempt's webhook address is its own, so a second submission of it shows. The sandbox stores them all.
    private func sentTwice() async throws -> [String] {
        let database = Database(try SQLiteEngine(path: sandbox.folder + "/sandbox.sqlite", readers: 1))
        let found = try await database.read { transaction in
            try transaction.query("""
                SELECT webhook_url, COUNT(*) AS count FROM sandbox_requests WHERE webhook_url IS NOT NULL
                GROUP BY webhook_url HAVING COUNT(*) > 1
                """
            ).map {
                "submitted \(try $0.get("count", as: Int.self)) times: \(try $0.get("webhook_url", as: String.self))"
            }
        }
        await database.close()
        return found
    }

    /// Of each user, the newest completed jobs: their bytes, by their links and hashes.
    private func filesMissing() async throws -> [String] {
        var broken: [String] = []
        for user in load.users {
            let page = try await user.get("/api/jobs?limit=40&status=completed")
            for id in page["jobs"]?.array?.compactMap({ $0["id"]?.string }) ?? [] {
                let job = try await user.job(id)
                if job.outputs.isEmpty { broken.append("completed without outputs: \(id)") }
                for output in job.outputs {
                    let file = try await user.get(output["url"]?.string ?? "")
                    let isWhole = Hex.text(SHA256.hash(data: Data(file.bytes))) == output["sha256"]?.string
                    if file.status != 200 || !isWhole {
                        broken.append("no file of \(id): \(file.status), \(file.bytes.count) bytes")
                    }
                }
            }
        }
        return broken
    }

    /// Each event once, in order, from any node.
    private func eventsMissed() async throws -> [String] {
        var broken: [String] = []
        for (index, user) in load.users.enumerated() {
            guard let account = user.account else { continue }
            let last = try await nodes.withDatabase { database in
                try await database.read { try $0.jobs.lastEventSeq(of: account) }
            }
            await load.watchToTheEnd(index, last: last)
            let seen = load.seen(by: index)
            if seen != (0..<last).map({ $0 + 1 }) {
                let holes = Set(1...max(last, 1)).subtracting(seen).sorted().prefix(5)
                broken.append("events of \(account): received \(seen.count) of \(last), not \(holes)")
            }
        }
        return broken
    }
}

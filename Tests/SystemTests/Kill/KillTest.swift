import Core
import Foundation
import SQL
import Testing
import TestSupport

/// A server that is killed again and again, while its provider lives on in a process of its own.
struct KillTest {
    /// KILL_TEST_ROUNDS makes it longer, KILL_TEST_SEED the same again.
    private let rounds = ProcessInfo.processInfo.environment["KILL_TEST_ROUNDS"].flatMap { Int($0) } ?? 5

    @Test func `killed at any instant, a server loses no job and no credit, and submits nothing twice`() async throws {
        var chance = Seeded("kill test of \(rounds) rounds", variable: "KILL_TEST_SEED")
        let sandbox = try await RunningSandbox(["--duration", "0.2", "--concurrency", "8", "--fixed-output"])
        try await RunningServer.with(.init(sandbox: sandbox, environment: ["DARKROOM_LEASE_SECONDS": "2"])) { server in
            let load = KillLoad(callers: [try await server.account(), try await server.account(), try await server.account()])
            var submissions = Submissions()
            var cutOff = 0
            for _ in 0..<rounds {
                try await killOnce(server, load, after: .milliseconds(chance.number(300...2500)), &chance)
                cutOff += try await underWay(server)
                try await server.start()
                try await submissions.add(sandbox.requests(by: server.client))
            }

            let jobs = try await load.acceptedJobs(on: server)
            for (id, caller) in jobs { _ = try await caller.end(of: id, within: .seconds(120)) }

            try await expectNothingLost(jobs, server, load)
            try await submissions.add(sandbox.requests(by: server.client))
            #expect(submissions.repeated.isEmpty, "attempts were submitted twice")
            print("kill test: \(jobs.count) jobs, \(submissions.count) submissions, \(cutOff) cut off while being sent")
            let audit = try await server.run(["audit"])
            #expect(audit.status == 0, "\(audit.output)")
        }
        await sandbox.stop()
    }

    private func killOnce(_ server: RunningServer, _ load: KillLoad, after pause: Duration, _ chance: inout Seeded) async throws {
        let orders = (0..<100).map { _ in KillLoad.Order(&chance) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await load.run(orders) }
            group.addTask {
                try await Time.system.sleep(pause)
                await server.kill()
            }
            try await group.waitForAll()
        }
    }

    /// Every job that was answered for is there and has ended, and every reservation has one end.
    private func expectNothingLost(_ jobs: [(String, Caller)], _ server: RunningServer, _ load: KillLoad) async throws {
        #expect(!jobs.isEmpty)
        let answered = Set(load.answered)
        #expect(answered.isSubset(of: jobs.map(\.0)), "a job that was answered for is gone")
        for caller in load.callers {
            let balance = try await caller.balance()
            #expect(balance.count == 2 && balance[1] == 0, "\(balance)")
        }
        let open = try await server.withDatabase { database in
            try await database.read { transaction in
                try transaction.queryOne("""
                    SELECT COUNT(*) AS count FROM reservations r JOIN jobs j ON j.id = r.job_id
                    WHERE r.ended_at IS NULL OR j.ended_at IS NULL OR r.captured + r.released <> r.amount
                    """)?.get("count", as: Int.self)
            }
        }
        #expect(open == 0)
    }

    /// Attempts that were on their way to the provider at a kill: without any, the kills come at easy moments.
    private func underWay(_ server: RunningServer) async throws -> Int {
        try await server.withDatabase { database in
            try await database.read { transaction in
                try transaction.queryOne("SELECT COUNT(*) AS count FROM attempts WHERE state = 'submitting'")?.get("count") ?? 0
            }
        }
    }
}

/// What the provider was asked for, gathered over the rounds: it lists its newest 500 only.
private struct Submissions {
    /// By the provider's request, the token in its webhook's address, which names the attempt.
    private var attempts: [String: String] = [:]

    mutating func add(_ requests: [JSON]) {
        for request in requests {
            if let id = request["request_id"]?.string, let webhook = request["webhook_url"]?.string { attempts[id] = webhook }
        }
    }

    var count: Int { attempts.count }

    var repeated: [String] {
        Dictionary(grouping: attempts.values, by: { $0 }).filter { $0.value.count > 1 }.map(\.key)
    }
}

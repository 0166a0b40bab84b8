@testable import Core
import SQL
import Testing
import TestSupport

/// Which queued jobs are claimed, and by whom.
struct ClaimTests {
    /// What is done to one of two equal jobs, so that it is not claimed. `$2` is now.
    private static let obstacles: [(name: String, statement: Statement)] = [
        ("it waits for another attempt", "UPDATE jobs SET run_at = CAST($2 AS BIGINT) + 1 WHERE id = $1"),
        ("its deadline has passed", "UPDATE jobs SET deadline_at = $2 WHERE id = $1"),
        ("it has no slot", "UPDATE jobs SET slot_at = NULL WHERE id = $1 AND created_at <= $2"),
        ("it is another provider's", "UPDATE jobs SET provider = 'other' WHERE id = $1 AND created_at <= $2"),
        ("it is on hold", """
            UPDATE jobs SET state = 'pending', hold_reason = 'x', slot_at = NULL WHERE id = $1 AND created_at <= $2
            """),
        ("it is processing", """
            UPDATE jobs SET state = 'processing', deadline_at = CAST($2 AS BIGINT) + 5000 WHERE id = $1
            """),
        ("it was cancelled", """
            UPDATE jobs SET state = 'cancelled', slot_at = NULL, ended_at = $2 WHERE id = $1
            """),
    ]

    @Test(arguments: TestEngine.available)
    func `a job is claimed when it is queued, has a slot and is due, and no other is`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        try await world.plan("wide", concurrentJobs: 100)
        let actor = try await world.account(credits: 1_000, plan: "wide")
        let now = world.clock.now
        let jobs = try await world.submit(Self.obstacles.count, for: actor)
        let plain = try await world.submit(for: actor)
        let due = try await world.submit(for: actor)
        try await world.database.write(order: .alone) { transaction in
            for (job, obstacle) in zip(jobs, Self.obstacles) {
                #expect(try transaction.execute(obstacle.statement, job.id, now) == 1, "\(obstacle.name)")
            }
            // A job at its last millisecond, which waited until now.
            try transaction.execute(
                "UPDATE jobs SET deadline_at = $2, run_at = $3 WHERE id = $1", due.id, now + .milliseconds(1), now)
        }

        #expect(try await world.claim(100).map(\.job.id) == [plain.id, due.id])
        #expect(try await world.claim(100).isEmpty)
    }

    @Test(arguments: TestEngine.available)
    func `jobs are claimed by their places, then by their ids, as many as there is room for`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let jobs = try await world.submit(4, for: actor)
        let equal = [jobs[1].id, jobs[2].id].sorted()
        try await world.database.write(order: .alone) { transaction in
            for (job, place) in zip(jobs, [30, 20, 20, 10]) {
                try transaction.execute("UPDATE jobs SET order_at = $2 WHERE id = $1", job.id, place)
            }
        }

        #expect(try await world.claim(3).map(\.job.id) == [jobs[3].id] + equal)
        #expect(try await world.claim(3).map(\.job.id) == [jobs[0].id])
    }

    @Test(arguments: TestEngine.available)
    func `a claim is an attempt of its own, with an event; the time limit begins with the first`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        let started = world.clock.now
        let first = try #require(try await world.claim().first)
        try await world.makeSubmitAttempt()(first, isShuttingDown: true)
        world.clock.advance(by: .seconds(60))
        let second = try #require(try await world.claim().first)

        let attempts = try await world.attempts(of: job.id)
        #expect(first.attempt != second.attempt && first.lease != second.lease)
        #expect(attempts.map(\.number) == [1, 2] && attempts.map(\.state) == [.returned, .submitting])
        #expect(attempts.map(\.createdAt) == [started, world.clock.now])
        #expect(attempts.allSatisfy { $0.provider == "fake" && $0.endpoint == job.endpoint && $0.cost == 0 })
        let after = try await world.job(job.id)
        #expect(after.startedAt == started && after.deadlineAt == started + .seconds(3_600))
        #expect(after.attemptCount == 2 && after.state == .processing)
        #expect(try await world.dueAt(job.id) == world.clock.now + .seconds(30))
        let events = try await world.database.read { try $0.jobs.events(of: job.id, account: actor.account) }
        #expect(events.map(\.type) == [.queued, .started, .returned, .started])
        #expect(events.map(\.data) == [[:], ["attempt": 1], [:], ["attempt": 2]])
        #expect(events.map(\.state) == [.queued, .processing, .queued, .processing])
    }

    @Test(arguments: TestEngine.available)
    func `of claims at once each job is in one`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actors = [try await world.account(credits: 100), try await world.account(credits: 100)]
        var jobs: Set<ID<Job>> = []
        for actor in actors { jobs.formUnion(try await world.submit(10, for: actor).map(\.id)) }

        let claims: [Claim] = try await withThrowingTaskGroup(of: [Claim].self) { group in
            for _ in 0..<8 { group.addTask { try await world.claim(6) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let rest = try await world.claim(100)

        let all = claims + rest
        #expect(all.count == 20 && Set(all.map(\.job.id)) == jobs)
        #expect(all.allSatisfy { $0.job.attemptCount == 1 })
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a claim may be sent while its lease is held and nobody has cancelled its job`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        _ = try await world.submit(3, for: actor)
        let claims = try await world.claim(3)
        _ = try await world.cancelJob(claims[1].job.id, by: actor)
        try await world.database.write(order: .alone) {
            _ = try $0.execute("UPDATE attempts SET lease = 'other' WHERE id = $1", claims[2].attempt)
        }
        let unknown = Claim(
            job: claims[0].job, attempt: .make(at: world.clock.now), lease: claims[0].lease,
            leaseUntil: claims[0].leaseUntil)

        let asked = [claims[2], claims[1], unknown, claims[0], claims[1]]
        let statuses = try await world.database.read { try $0.jobs.statuses(of: asked) }

        #expect(statuses == [.leaseLost, .cancelled, .leaseLost, .mayBeSent, .cancelled])
    }

    @Test(arguments: TestEngine.available)
    func `what a provider has under way is counted as far as its limit, without what has ended`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        _ = try await world.submit(4, for: actor)
        let claims = try await world.claim(4)
        try await world.makeSubmitAttempt()(claims[0], isShuttingDown: true)

        func count(_ provider: ProviderName, upTo limit: Int) async throws -> Int {
            try await world.database.read { try $0.jobs.attemptsUnderWay(at: provider, upTo: limit) }
        }
        #expect(try await count("fake", upTo: 100) == 3)
        #expect(try await count("fake", upTo: 2) == 2)
        #expect(try await count("other", upTo: 100) == 0)
    }
}

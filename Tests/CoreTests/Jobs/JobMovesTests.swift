@testable import Core
import SQL
import Testing
import TestSupport

/// The moves of jobs as statements: the first to move wins.
struct JobMovesTests {
    @Test(arguments: TestEngine.available)
    func `an ending ends a job only from the state in which it was read`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 1_000)
        let now = world.clock.now
        let pairs = JobState.allCases.flatMap { read in JobState.allCases.map { (read: read, current: $0) } }
        let jobs = try await world.submit(pairs.count, for: actor)

        let ended = try await world.database.write(of: actor.account) { transaction in
            let endings = try zip(jobs, pairs).map { job, states in
                let read = try transaction.put(job.id, into: states.read, now: now)
                _ = try transaction.put(job.id, into: states.current, now: now)
                return JobEnding(read, .cancelled, now: now)
            }
            return try transaction.jobs.end(endings)
        }

        let moved = zip(jobs, pairs).filter { job, _ in ended.contains(job.id) }.map { "\($1.read) \($1.current)" }
        #expect(moved == ["pending pending", "queued queued", "processing processing"])
        // The others' credits stay set aside, and their states are as they were.
        #expect(try await world.balance(of: actor).reserved == .whole(Int64(6 * (pairs.count - 3))))
        for (job, states) in zip(jobs, pairs) where !ended.contains(job.id) {
            #expect(try await world.job(job.id).state == states.current)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a job is requeued only while it is processing, and keeps its slot`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let now = world.clock.now
        let jobs = try await world.submit(JobState.allCases.count, for: actor)

        let requeued = try await world.database.write(of: actor.account) { transaction in
            try zip(jobs, JobState.allCases).map { job, state in
                _ = try transaction.put(job.id, into: state, now: now)
                return try transaction.jobs.requeue(
                    job.id, .retried, runAt: now + .seconds(5), data: ["code": "x"], now: now)
            }
        }

        #expect(requeued.map { $0 != nil } == JobState.allCases.map { $0 == .processing })
        let job = try #require(requeued.compactMap { $0 }.first)
        #expect(job.state == .queued && job.runAt == now + .seconds(5) && job.slotAt == now)
        #expect(try await world.eventData(of: job.id, actor) == [.queued: [:], .retried: ["code": "x"]])
    }

    @Test(arguments: TestEngine.available)
    func `after a hold the jobs get the places that they had requested, and as many slots as the plan has`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        try await world.plan("two", concurrentJobs: 2)
        let actor = try await world.account(credits: 100, plan: "two")
        let other = try await world.account(credits: 100)
        try await world.database.write(order: .alone) {
            _ = try $0.execute("UPDATE accounts SET held_at = 1")
        }
        let jobs = try await world.submit(3, for: actor)
        let foreign = try await world.submit(for: other)
        world.clock.advance(by: .seconds(60))
        let now = world.clock.now

        // The second time there is nothing left to do.
        for _ in 0..<2 {
            try await world.database.write(of: actor.account) {
                try $0.jobs.queueHeldJobs(of: actor.account, now: now)
            }
        }

        var after: [Job] = []
        for job in jobs { after.append(try await world.job(job.id)) }
        #expect(after.map(\.state) == [.queued, .queued, .queued])
        #expect(after.map(\.slotAt) == [now, now, nil])
        #expect(after.map(\.orderAt) == jobs.map(\.orderAt) && after.allSatisfy { $0.holdReason == nil })
        #expect(try await world.events(of: jobs[0].id, actor) == [.held, .queued])
        #expect(try await world.job(foreign.id).state == .pending)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a plan that becomes smaller gives no slot away until fewer jobs are in progress than it allows`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100, plan: "pro")
        let jobs = try await world.submit(5, for: actor)
        try await world.database.write(order: .alone) { transaction in
            try transaction.execute("UPDATE accounts SET plan = 'basic'")
            try transaction.jobs.fillSlots(of: actor.account, now: Instant(seconds: 0))
        }

        // Three are in progress, and one is allowed: the third that ends makes room for one.
        var withSlot: [Int] = []
        for job in jobs.prefix(3) {
            _ = try await world.cancelJob(job.id, by: actor)
            var count = 0
            for job in jobs where try await world.job(job.id).slotAt != nil { count += 1 }
            withSlot.append(count)
        }

        #expect(withSlot == [2, 1, 1])
        #expect(try await world.job(jobs[3].id).slotAt != nil)
        #expect(try await world.job(jobs[4].id).slotAt == nil)
        #expect(try await world.differences() == [])
    }

    /// Of three outputs at 6.667 each: a part is rounded once, as the whole is, and not once for each output.
    @Test(arguments: [(0, "0.00"), (1, "6.67"), (2, "13.33"), (3, "20.00"), (4, "20.00")])
    func `of a completed job what was delivered is captured, of any other nothing`(
        delivered: Int, captured: String
    ) throws {
        let price = try Price(
            version: 1, subject: .image(longerSide: 1024, quality: "standard"), base: .whole(10),
            factors: [.init(name: "factor", label: nil, multiplier: Multiplier(rawValue: 6_667))], count: 3)
        let job = try Job.sample(.processing, outputs: 3, price: price)
        let now = Instant(seconds: 9)

        let completed = JobEnding(job, .completed(delivered: delivered), now: now)

        #expect(completed.captured.description == captured)
        #expect(completed.state == .completed && completed.eventType == .completed && completed.failure == nil)
        #expect(completed.delivered == delivered)
        let others: [(JobEnding.How, JobState)] = [(.failed(.lost), .failed), (.cancelled, .cancelled)]
        for (how, state) in others {
            let ending = JobEnding(job, how, now: now)
            #expect(ending.captured == .zero && ending.delivered == nil && ending.state == state)
            #expect(ending.eventType.rawValue == state.rawValue)
            #expect((ending.failure != nil) == (state == .failed))
        }
    }
}

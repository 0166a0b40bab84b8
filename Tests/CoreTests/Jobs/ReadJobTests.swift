@testable import Core
import SQL
import Testing
import TestSupport

struct ReadJobTests {
    @Test(arguments: TestEngine.available)
    func `jobs that are read together are each as when read alone`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let ada = try await world.account(credits: 100)
        let bob = try await world.account(credits: 100)
        let done = try await world.submit(for: ada, images: 2)
        try await world.work()
        world.provider.finishAll()
        world.clock.advance(by: .seconds(2))
        try await world.work()
        let waiting = try await world.submit(for: bob)
        let read = ReadJob(database: world.database, time: world.clock.time)

        let wanted = [done, waiting].flatMap {
            [JobKey(id: $0.id, account: ada.account), JobKey(id: $0.id, account: bob.account)]
        }
        let together = try await world.database.read { try $0.jobs.details(of: wanted) }.map { try $0.get() }

        #expect(together.map { $0?.job.id } == [done.id, nil, nil, waiting.id])
        #expect(together[0]?.outputs.count == 2)
        #expect(together[0]?.attempts.count == 1)
        #expect(together[0]?.receipt?.captured == .whole(12))
        #expect(together[0]?.transactions.map(\.kind) == [.reserve, .capture])
        #expect(together[3]?.receipt?.reserved == .whole(6))
        #expect(try await read(done.id, of: ada.account)?.job.state == .completed)
        #expect(try await read(done.id, of: bob.account)?.job == nil)
        let queued = try #require(try await read(waiting.id, of: bob.account))
        #expect(queued.queuePosition == 0)
        #expect(queued.usualDuration != nil)
    }

    @Test(arguments: TestEngine.available)
    func `a place in the queue is that of a moment ago`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let first = try await world.submit(for: actor)
        let second = try await world.submit(for: actor)
        let read = ReadJob(database: world.database, time: world.clock.time)

        #expect(try await read(second.id, of: actor.account)?.queuePosition == 1)
        _ = try await world.cancelJob(first.id, by: actor)
        #expect(try await read(second.id, of: actor.account)?.queuePosition == 1)
        world.clock.advance(by: .milliseconds(250))
        #expect(try await read(second.id, of: actor.account)?.queuePosition == 0)
    }

    @Test(arguments: TestEngine.available)
    func `a job's place counts all that are claimed before it, and its account's that wait before it`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        try await world.plan("one", concurrentJobs: 1)
        let (ada, bob) = (
            try await world.account(credits: 100, plan: "one"), try await world.account(credits: 100, plan: "one"))
        let adas = try await world.submit(3, for: ada)
        world.clock.advance(by: .milliseconds(1))
        let bobs = try await world.submit(2, for: bob)
        let read = ReadJob(database: world.database, time: world.clock.time)

        var cached: [Int?] = []
        var exact: [Int] = []
        for job in adas + bobs {
            cached.append(try await read(job.id, of: job.account)?.queuePosition)
            exact.append(try await world.database.read { try $0.jobs.queuePosition(of: job) })
        }

        // Before ada's third are both accounts' first jobs, which have slots, and her own second.
        #expect(exact == [0, 2, 3, 1, 2])
        #expect(cached == [0, 2, 3, 1, 2])
    }

    @Test(arguments: TestEngine.available)
    func `how long a job usually takes is looked up again after five seconds`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        let waiting = try await world.submit(for: actor)
        let read = ReadJob(database: world.database, time: world.clock.time)
        #expect(try await read(waiting.id, of: actor.account)?.usualDuration == nil)
        let now = world.clock.now
        let claim = try #require(try await world.claim().first)
        try await world.database.write(of: actor.account) { transaction in
            _ = try transaction.jobs.recordResponse(
                [:], requestID: "r", of: claim.attempt, now: now + .seconds(7), dueAt: now)
            _ = try transaction.jobs.succeed([(claim.attempt, now)])
        }
        #expect(claim.job.id == job.id)

        world.clock.advance(by: .milliseconds(4_999))
        #expect(try await read(waiting.id, of: actor.account)?.usualDuration == nil)
        world.clock.advance(by: .milliseconds(1))
        #expect(try await read(waiting.id, of: actor.account)?.usualDuration == .seconds(7))
    }

    @Test(arguments: TestEngine.available)
    func `a row that cannot be read fails its own job alone`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let jobs = try await world.submit(2, for: actor)
        try await world.database.write(order: .alone) {
            _ = try $0.execute("UPDATE jobs SET price_breakdown = '{}' WHERE id = $1", jobs[0].id)
        }
        let wanted = (jobs.map(\.id) + [ID(rawValue: "nobody")]).map { JobKey(id: $0, account: actor.account) }

        let results = try await world.database.read { try $0.jobs.details(of: wanted) }

        #expect(throws: DatabaseError.self) { try results[0].get() }
        #expect(try results[1].get()?.job.id == jobs[1].id)
        #expect(try results[2].get()?.job == nil)
    }

    @Test(arguments: TestEngine.available)
    func `a list is the account's own, newest first, by state and from behind a job`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let (ada, bob) = (try await world.account(credits: 100), try await world.account(credits: 100))
        var jobs: [Job] = []
        for _ in 0..<4 {
            jobs.append(try await world.submit(for: ada))
            world.clock.advance(by: .milliseconds(1))
            try await world.submit(for: bob)
        }
        for job in jobs.prefix(2) { _ = try await world.cancelJob(job.id, by: ada) }

        func list(_ state: JobState? = nil, before cursor: Int? = nil, limit: Int = 9) async throws -> [Int?] {
            let cursor = cursor.map { jobs[$0].id }
            let found = try await world.database.read { transaction in
                try transaction.jobs.jobs(of: ada.account, state: state, before: cursor, limit: limit).map(\.id)
            }
            return found.map { id in jobs.firstIndex { $0.id == id } }
        }
        #expect(try await list() == [3, 2, 1, 0])
        #expect(try await list(limit: 3) == [3, 2, 1])
        #expect(try await list(before: 2) == [1, 0])
        #expect(try await list(.cancelled) == [1, 0])
        #expect(try await list(.queued, limit: 1) == [3])
        #expect(try await list(.cancelled, before: 1) == [0])
        #expect(try await list(.queued, before: 2) == [])
        #expect(try await list(.failed) == [])
    }

    @Test(arguments: TestEngine.available)
    func `a list has what each job cost and made, by two statements and not by one for each job`(
        on engine: TestEngine
    ) async throws {
        let counting = Counting()
        let world = try await TestWorld(engine, wrap: counting.wrap)
        let actor = try await world.account(credits: 100, plan: "enterprise")
        for _ in 0..<3 {
            try await world.submit(for: actor, images: 2)
            world.clock.advance(by: .milliseconds(1))
        }
        try await world.work()
        world.provider.finishAll(missing: 1)
        world.clock.advance(by: .seconds(2))
        try await world.work()
        let waiting = try await world.submit(for: actor)
        counting.forget()

        let listed = try await world.database.read {
            try $0.jobs.listedJobs(of: actor.account, state: nil, before: nil, limit: 10)
        }

        #expect(counting.statements.count == 2, "\(counting.statements)")
        #expect(listed.first?.job.id == waiting.id && listed.map(\.outputs.count) == [0, 1, 1, 1])
        #expect(listed.allSatisfy { listed in listed.outputs.allSatisfy { $0.job == listed.job.id } })
        #expect(listed.map(\.receipt?.reserved) == [.whole(6), .whole(12), .whole(12), .whole(12)])
        #expect(listed.map(\.receipt?.captured) == [.zero, .whole(6), .whole(6), .whole(6)])
        #expect(listed.map(\.receipt?.released) == [.zero, .whole(6), .whole(6), .whole(6)])
    }
}

@testable import Core
import SQL
import Testing
import TestSupport

struct ConcurrencyTests {
    @Test(arguments: TestEngine.available)
    func `an account never has more jobs in progress than its plan allows, however many are claimed at once`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let pro = try await world.account(credits: 100, plan: "pro")
        let basic = try await world.account(credits: 100, plan: "basic")
        for _ in 0..<7 { try await world.submit(for: pro) }
        for _ in 0..<3 { try await world.submit(for: basic) }

        for _ in 0..<7 {
            try await world.work()
            #expect(try await processing(pro, world) <= 3)
            #expect(try await processing(basic, world) <= 1)
            world.provider.finishAll()
            world.clock.advance(by: .seconds(2))
        }
        try await world.workUntilEnded(pro)
        try await world.workUntilEnded(basic)

        #expect(world.provider.requests.count == 10)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `the slot of an ended job goes to the next in line`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100, plan: "basic")
        let jobs = [
            try await world.submit(for: actor), try await world.submit(for: actor), try await world.submit(for: actor),
        ]
        #expect(jobs.map { $0.slotAt != nil } == [true, false, false])

        _ = try await world.cancelJob(jobs[1].id, by: actor)
        #expect(try await world.job(jobs[2].id).slotAt == nil)
        _ = try await world.cancelJob(jobs[0].id, by: actor)

        #expect(try await world.job(jobs[2].id).slotAt != nil)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a job that waits for another attempt keeps its slot`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100, plan: "basic")
        world.provider.behave(.refuse(ProviderFailure(.unavailable, "down", isTransient: true)))
        let first = try await world.submit(for: actor)
        let second = try await world.submit(for: actor)

        try await world.work()

        #expect(try await world.job(first.id).state == .queued)
        #expect(try await world.job(second.id).slotAt == nil)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a provider never has more than its limit, whichever worker claims`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine, provider: FakeProvider(concurrency: 3))
        let actors = [try await world.account(credits: 100), try await world.account(credits: 100)]
        for actor in actors { for _ in 0..<5 { try await world.submit(for: actor) } }
        let workers = [world.makeWorker(), world.makeWorker(), world.makeWorker()]

        for round in 1...4 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in workers { group.addTask { try await worker.runOnce() } }
                try await group.waitForAll()
            }
            #expect(world.provider.requests.count <= 3 * round)
            #expect(world.provider.requests.count { $0.state == .queued } <= 3)
            world.provider.finishAll()
            world.clock.advance(by: .seconds(2))
            try await world.work(workers[0])
        }
        for actor in actors { try await world.workUntilEnded(actor) }

        #expect(world.provider.requests.count == 10)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a larger plan takes effect with the next job that ends`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100, plan: "basic")
        for _ in 0..<5 { try await world.submit(for: actor) }
        try await world.work()
        try await world.database.write(order: .alone) {
            _ = try $0.execute("UPDATE accounts SET plan = 'pro' WHERE id = $1", actor.account)
        }

        world.provider.finishAll()
        world.clock.advance(by: .seconds(2))
        try await world.work()

        #expect(try await processing(actor, world) == 3)
        #expect(try await world.differences() == [])
    }

    private func processing(_ actor: Actor, _ world: TestWorld) async throws -> Int {
        try await world.database.read {
            try $0.queryOne(
                "SELECT COUNT(*) AS count FROM jobs WHERE account_id = $1 AND state = 'processing'", actor.account)?
                .get("count") ?? 0
        }
    }
}

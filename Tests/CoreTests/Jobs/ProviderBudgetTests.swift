@testable import Core
import SQL
import Testing
import TestSupport

/// A picture of a megapixel by the usual endpoint counts as 6,000 micro-dollars: it has a little more than one.
struct ProviderBudgetTests {
    @Test(arguments: TestEngine.available)
    func `what would exceed the daily provider budget waits in the queue, says why, and goes on with the next day`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine, dailyCost: 12_000)
        let actor = try await world.account(credits: 100)
        var jobs: [Job] = []
        for _ in 0..<3 {
            jobs.append(try await world.submit(for: actor))
            world.clock.advance(by: .seconds(5))
        }

        try await world.work()
        let read = ReadJob(database: world.database, time: world.clock.time)

        #expect(try await states(jobs, world) == [.processing, .processing, .queued])
        #expect(world.provider.submissions.count == 2)
        #expect(try await costs(world).expected == 12_000)
        #expect(try await read(jobs[2].id, of: actor.account)?.waitingFor == .providerCost)
        #expect(try await read(jobs[0].id, of: actor.account)?.waitingFor == nil)
        world.clock.now = world.clock.now.startOfDay + .seconds(86_400)
        try await world.work()

        #expect(try await world.job(jobs[2].id).attemptCount == 1)
        #expect(try await costs(world) == ProviderCosts(expected: 6_000, reachedAt: nil, reachedLimit: nil))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a job that is too expensive lets a cheaper one behind it pass, and what costs nothing always does`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine, dailyCost: 12_000)
        let actor = try await world.account(credits: 1_000)
        var jobs: [Job] = []
        let asked = [
            (1, "fal-ai/flux/schnell"), (4, "fal-ai/flux/schnell"), (1, "fal-ai/flux/schnell"), (1, "fal-ai/fast-sdxl"),
        ]
        for (images, endpoint) in asked {
            let request = JobRequest(
                kind: .textToImage, endpoint: EndpointID(rawValue: endpoint),
                parameters: ["prompt": "a", "numImages": .integer(Int64(images))])
            guard case .submitted(let new) = try await world.submitJob([request], by: actor) else {
                throw Unexpected("it was repeated")
            }
            jobs += new
            world.clock.advance(by: .seconds(5))
        }

        try await world.work()

        #expect(try await states(jobs, world) == [.processing, .queued, .processing, .processing])
        #expect(try await costs(world).expected == 12_000)
    }

    @Test(arguments: TestEngine.available)
    func `the limit holds over all nodes and attempts, to the last job`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine, dailyCost: 60_000)
        let actor = try await world.account(credits: 1_000, plan: "enterprise")
        for _ in 0..<10 { _ = try await world.submit(for: actor, images: 1) }
        let other = try await world.account(credits: 1_000, plan: "enterprise")
        for _ in 0..<10 { _ = try await world.submit(for: other, images: 1) }

        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                let worker = world.makeWorker()
                group.addTask { for _ in 0..<5 { _ = try await worker.runOnce() } }
            }
            try await group.waitForAll()
        }

        #expect(world.provider.submissions.count == 10)
        #expect(try await costs(world).expected == 60_000)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `another attempt costs again`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine, dailyCost: 6_000)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        world.provider.behave(.refuse(ProviderFailure(.unavailable, "busy", isTransient: true)))
        try await world.work()

        world.clock.advance(by: .seconds(600))
        try await world.work()

        #expect(try await world.job(job.id).attemptCount == 1)
        #expect(try await world.job(job.id).state == .queued)
        #expect(try await costs(world).reachedAt != nil)
    }

    @Test func `without a limit nothing is counted, and no claim costs a statement more`() async throws {
        let counting = Counting()
        let world = try await TestWorld(wrap: counting.wrap)
        let actor = try await world.account(credits: 100)
        try await world.submit(for: actor)
        counting.forget()

        try await world.work()

        #expect(counting.statements.count { $0.contains("provider_costs") } == 0)
        #expect(world.provider.submissions.count == 1)
    }

    @Test(arguments: TestEngine.available)
    func `a spent budget is reported once a day, and again when a higher limit is reached`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        for _ in 0..<2 { try await world.submit(for: actor) }
        let jobs = try await world.database.read {
            try $0.jobs.jobs(of: actor.account, state: .queued, before: nil, limit: 10)
        }
        let now = world.clock.now

        func budget(_ jobs: [Job], at limit: MicroDollars) async throws -> String {
            let budget = try await ProviderBudget(limit: limit, catalog: world.catalog).snapshot()
            let result = try await world.database.write(order: .alone) {
                try $0.jobs.holdBack(jobs, by: budget, now: now)
            }
            let reached = try await costs(world).reachedAt != nil
            return "\(result.fitting.count) \(result.isFirstHeldBack ? "said" : "-") \(reached ? "reached" : "-")"
        }
        #expect(try await budget(jobs, at: 6_000) == "1 said reached")
        // Another provider's jobs, for which there is room, do not mean that there is room for all.
        #expect(try await budget([], at: 6_000) == "0 - reached")
        #expect(try await budget(jobs, at: 6_000) == "1 - reached")
        #expect(try await budget(jobs, at: 12_000) == "2 - -")
        #expect(try await budget(jobs, at: 11_999) == "1 said reached")
    }

    private func states(_ jobs: [Job], _ world: TestWorld) async throws -> [JobState] {
        try await jobs.asyncMap { try await world.job($0.id).state }
    }

    private func costs(_ world: TestWorld) async throws -> ProviderCosts {
        try await world.database.read { try $0.jobs.providerCosts(at: world.clock.now) }
    }
}

extension Array {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}

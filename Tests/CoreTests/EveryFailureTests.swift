import Core
import SQL
import Testing
import TestSupport

/// The whole story of three jobs, repeated, with the first, the second, the third operation failing, until a run has
/// fewer operations than that.
struct EveryFailureTests {
    @Test(arguments: TestEngine.available, Faults.Moment.allCases)
    func `whatever fails, each job ends once, is paid for once and is sent once`(
        on engine: TestEngine, moment: Faults.Moment
    ) async throws {
        var before: TestWorld?
        for number in 1... {
            let faults = Faults(number, moment)
            let world = try await TestWorld(
                engine, after: before, store: { try faults.store($0) }, wrap: faults.wrap, wrapProvider: faults.wrap)
            let actor = try await world.account(credits: 100)

            faults.arm()
            let jobs = try await story(of: actor, in: world, faults)
            faults.arm(false)
            try await world.comeToRest()

            try await check(jobs, of: actor, in: world, "fault \(number): \(faults.met ?? "none")")
            before = world
            if faults.met == nil {
                #expect(number > 30, "the story is shorter than it was")
                return
            }
        }
    }

    private struct Jobs {
        let byWebhook: ID<Job>
        let byPoll: ID<Job>
        let cancelled: ID<Job>
    }

    private func story(of actor: Actor, in world: TestWorld, _ faults: Faults) async throws -> Jobs {
        let worker = world.makeWorker()
        let byWebhook = try await submit("first", images: 1, actor, world, faults)
        let byPoll = try await submit("second", images: 3, actor, world, faults)
        try await faults.tolerating { try await world.work(worker) }
        let cancelled = try await submit("third", images: 1, actor, world, faults)
        try await faults.tolerating { try await world.work(worker) }

        try await faults.retrying { _ = try await world.cancelJob(cancelled, by: actor) }
        for request in world.provider.requests where request.submission.input["prompt"] != "third" {
            world.provider.finish(request.id)
        }
        for request in world.provider.requests where request.submission.input["prompt"] == "first" {
            // The provider, too, sends again what was not accepted.
            try await faults.retrying { _ = try await world.deliverWebhook(request.id) }
        }
        try await faults.tolerating { try await world.work(worker) }
        world.clock.advance(by: .seconds(2))
        try await faults.tolerating { try await world.work(worker) }
        return Jobs(byWebhook: byWebhook, byPoll: byPoll, cancelled: cancelled)
    }

    /// Retries with the same key if no response came.
    private func submit(
        _ prompt: String, images: Int64, _ actor: Actor, _ world: TestWorld, _ faults: Faults
    ) async throws -> ID<Job> {
        let request = JobRequest(
            kind: .textToImage, parameters: ["prompt": .string(prompt), "numImages": .integer(images)])
        let idempotency = Idempotency(route: "/api/generate", key: prompt, bodyHash: prompt)
        return try await faults.retrying {
            let outcome = try await world.submitJob([request], by: actor, idempotency: idempotency) {
                StoredResponse(status: 202, body: $0.map(\.id.rawValue).joined())
            }
            switch outcome {
            case .submitted(let jobs): return try #require(jobs.first).id
            case .repeated(let response): return ID<Job>(rawValue: response.body)
            }
        }
    }

    private func check(_ jobs: Jobs, of actor: Actor, in world: TestWorld, _ fault: Comment) async throws {
        #expect(try await world.brokenPromises() == [], fault)
        let all = try await world.database.read {
            try $0.jobs.jobs(of: actor.account, state: nil, before: nil, limit: 10)
        }
        #expect(all.count == 3, fault)
        #expect(try await world.job(jobs.byWebhook).state == .completed, fault)
        #expect(try await world.job(jobs.byPoll).outputsDelivered == 3, fault)
        // Cancelled, unless its result was there first.
        let third = try await world.job(jobs.cancelled).state
        #expect([.cancelled, .completed].contains(third), fault)
        let left: Int64 = third == .cancelled ? 100 - 24 : 100 - 30
        #expect(try await world.balance(of: actor) == Balance(available: .whole(left), reserved: .zero), fault)
        for job in all { #expect(job.attemptCount <= 2, fault) }
    }
}

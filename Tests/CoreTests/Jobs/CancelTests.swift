@testable import Core
import SQL
import Testing
import TestSupport

struct CancelTests {
    @Test(arguments: TestEngine.available)
    func `cancelling a queued job returns its credits, once`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)

        _ = try await world.cancelJob(job.id, by: actor)
        let again = try await world.cancelJob(job.id, by: actor)

        #expect(again.state == .cancelled)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.events(of: job.id, actor) == [.queued, .cancelled])
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a processing job is cancelled once the provider dropped it`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()

        let asked = try await world.cancelJob(job.id, by: actor)
        #expect(asked.state == .processing)
        try await world.work()

        #expect(try await world.job(job.id).state == .cancelled)
        #expect(world.provider.cancels.count == 1)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a result that was made before the cancel arrived is delivered and paid for`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.respondToCancels(with: .tooLate)
        world.provider.finishAll()

        _ = try await world.cancelJob(job.id, by: actor)
        try await world.work()
        world.clock.advance(by: .seconds(1))
        try await world.work()

        #expect(try await world.job(job.id).state == .completed)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(94), reserved: .zero))
    }

    @Test(arguments: TestEngine.available)
    func `a provider that does not stop within a minute is not waited for`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.respondToCancels(with: .requested)

        _ = try await world.cancelJob(job.id, by: actor)
        try await world.work()
        world.clock.advance(by: .seconds(30))
        try await world.work()
        #expect(try await world.job(job.id).state == .processing)
        world.clock.advance(by: .seconds(31))
        try await world.work()

        #expect(try await world.job(job.id).state == .cancelled)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `an ended job cannot be cancelled, nor can another account's`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let stranger = try await world.account()
        let job = try await world.submit(for: actor)

        await #expect(throws: CancelError.notFound) { try await world.cancelJob(job.id, by: stranger) }
        try await world.workUntilEnded(actor)

        await #expect(throws: CancelError.ended(.completed)) { try await world.cancelJob(job.id, by: actor) }
    }

    /// A job's state, and what cancelling it leads to.
    @Test(arguments: TestEngine.available, [
        (.pending, "cancelled"), (.queued, "cancelled"), (.processing, "processing, requested"),
        (.cancelled, "cancelled"), (.completed, "refused: completed"), (.failed, "refused: failed"),
    ] as [(state: JobState, outcome: String)])
    func `what cancelling does depends on the job's state, and it does it once`(
        on engine: TestEngine, example: (state: JobState, outcome: String)
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        let now = world.clock.now
        let before = try await world.database.write(of: actor.account) {
            try $0.put(job.id, into: example.state, now: now)
        }

        func cancel() async throws -> String {
            do {
                let job = try await world.cancelJob(job.id, by: actor)
                #expect(try await world.job(job.id) == job)
                return job.state.rawValue + (job.cancelRequestedAt == nil ? "" : ", requested")
            } catch CancelError.ended(let state) {
                return "refused: \(state.rawValue)"
            }
        }
        #expect(try await cancel() == example.outcome)
        let after = try await world.job(job.id)
        let events = try await world.events(of: job.id, actor)
        world.clock.advance(by: .seconds(1))
        #expect(try await cancel() == example.outcome)

        #expect(try await world.job(job.id) == after)
        #expect(try await world.events(of: job.id, actor) == events)
        #expect((after == before) == before.state.isTerminal)
        #expect(events.count == (before.state.isTerminal ? 1 : 2))
    }

    /// The attempt's state, and whether it is looked at right away.
    @Test(arguments: TestEngine.available, [
        (.submitting, false), (.submitted, true), (.noResponse, true), (.responded, false),
    ] as [(state: Attempt.State, isDue: Bool)])
    func `a requested cancel makes an attempt due that waits, and disturbs none that is worked on`(
        on engine: TestEngine, example: (state: Attempt.State, isDue: Bool)
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        let claim = try #require(try await world.claim().first)
        try await world.database.write(order: .alone) {
            _ = try $0.execute("UPDATE attempts SET state = $1", example.state)
        }
        world.clock.advance(by: .seconds(1))

        _ = try await world.cancelJob(job.id, by: actor)

        #expect(try await world.dueAt(job.id) == (example.isDue ? world.clock.now : claim.leaseUntil))
        let isHeld = try await world.database.read { try $0.jobs.holds(claim.lease, of: claim.attempt) }
        #expect(isHeld == !example.isDue)
    }
}

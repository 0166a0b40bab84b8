import Core
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
}

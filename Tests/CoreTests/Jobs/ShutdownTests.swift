@testable import Core
import Logging
import ServiceLifecycle
import SQL
import Testing
import TestSupport

struct ShutdownTests {
    @Test(arguments: TestEngine.available)
    func `what is claimed but not sent is returned at once`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        let claim = try #require(try await world.claim().first)

        try await world.makeSubmitAttempt()(claim, isShuttingDown: true)

        #expect(try await world.job(job.id).state == .queued)
        #expect(try await world.events(of: job.id, actor) == [.queued, .started, .returned])
        #expect(world.provider.submissions.isEmpty)
        try await world.workUntilEnded(actor)
        #expect(try await world.job(job.id).state == .completed)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a worker that shuts down finishes what it is sending`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        let gate = Gate()
        world.provider.whileSubmitting { _ in
            await gate.pass()
            do { try await gracefulShutdown() } catch { return }
            // Long enough for a worker that cancels what it is doing.
            for _ in 0..<1_000 { await Task.yield() }
        }
        gate.open()
        let group = ServiceGroup(
            services: [world.makeWorker()], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await gate.arrivals()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }

        #expect(try await world.attempts(of: job.id).map(\.state) == [.submitted])
        #expect(world.provider.submissions.count == 1)
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a running worker does what is due, woken by each submission`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        world.provider.whileSubmitting { request in
            world.provider.finish(request.id)
            do { _ = try await world.deliverWebhook(request.id) } catch { Issue.record(error) }
        }
        let group = ServiceGroup(
            services: [world.makeWorker()], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let changes = world.notifier.listen(to: actor.account)
            let job = try await world.submit(for: actor)
            for await _ in changes where try await world.job(job.id).state == .completed { break }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }

        #expect(try await world.differences() == [])
    }
}

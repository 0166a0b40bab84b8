@testable import Core
import Logging
import ServiceLifecycle
import SQL
import Testing
import TestSupport

struct PreviewServiceTests {
    /// Runs it beside `body`, then stops it as a process does.
    private func run(_ service: MakePreviews, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(
            services: [service], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test(arguments: TestEngine.available)
    func `the commit that stores a picture wakes the service, which finishes it before it stops`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let stored = Gate()
        let store = WatchedStore(fixture.store) { if case .publish = $0 { stored.arrive() } }

        try await run(fixture.previews(store: store).service) {
            // It has looked once, and time stands still from here on.
            await fixture.clock.sleepers()
            for seed in 1...3 {
                _ = try await fixture.upload(FilesFixture.picture(seed: seed), for: actor)
                await stored.arrivals(seed * 3)
            }
        }

        #expect(try fixture.storedPaths().count == 12)
        #expect(try await fixture.count(.deletions) == 0)
    }

    @Test func `older assets are made one by one with pauses, and what is new goes before them`() async throws {
        let fixture = try await FilesFixture()
        let actor = try await fixture.account()
        var old: [Asset] = []
        for seed in 1...2 {
            old.append(try await fixture.upload(FilesFixture.picture(seed: seed), for: actor))
            fixture.clock.advance(by: .seconds(1))
        }
        _ = try await fixture.database.write(order: .alone) {
            try $0.execute("UPDATE assets SET preview_priority = 1")
        }
        let store = WatchedStore(fixture.store)

        try await run(fixture.previews(store: store).service) {
            // The tick's sleep, and the pause.
            await fixture.clock.sleepers(2)
            #expect(store.opened == [old[0].key])
            let new = try await fixture.upload(FilesFixture.picture(seed: 3), for: actor)
            fixture.clock.advance(by: .milliseconds(250))
            while store.opened.count < 3 { await Task.yield() }
            #expect(store.opened == [old[0].key, new.key, old[1].key])
        }

        #expect(try fixture.storedPaths().count == 12)
    }

    @Test func `while the database is away it says so once a minute, and goes on`() async throws {
        let fixture = try await FilesFixture()
        let log = RecordedLog()
        let closed = try await fixture.previews(logger: log.logger).service
        await fixture.database.close()

        try await run(closed) {
            while log.lines(at: .error).isEmpty { await Task.yield() }
            for _ in 0..<40 {
                await fixture.clock.sleepers()
                fixture.clock.advance(by: .seconds(2))
            }
            while log.lines(at: .error).count < 2 { await Task.yield() }
        }

        #expect(log.lines(at: .error).count == 2, "in 80 seconds")
    }

    @Test(arguments: TestEngine.available)
    func `a job is completed without its previews, which are due afterwards`(on engine: TestEngine) async throws {
        let counting = Counting()
        let world = try await TestWorld(engine, wrap: counting.wrap)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor, images: 2)
        counting.forget()

        try await world.workUntilEnded(actor)

        #expect(try await world.job(job.id).state == .completed)
        #expect(!counting.statements.contains { $0.contains("preview_tries") || $0.contains("thumb_hash") })
        let due = try await world.database.read { transaction in
            try transaction.query("SELECT job_id FROM assets WHERE preview_priority = 0 AND job_id = $1", job.id).count
        }
        #expect(due == 2)
    }
}

@testable import Core
import Logging
import ServiceLifecycle
import SQL
import Synchronization
import TestSupport
import Testing

/// Tasks that each process runs for itself, and what becomes of one that fails.
struct EachNodeTests {
    private let clock = FakeTime()

    private func run(
        _ tasks: [ScheduledTask], _ body: @Sendable (Database) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let database = try await TestEngine.sqlite.database(in: folder.path)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let scheduler = Scheduler(tasks, database: database, time: clock.time, logger: logger)
        let group = ServiceGroup(services: [scheduler], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { running in
            running.addTask { try await group.run() }
            try await body(database)
            await group.triggerGracefulShutdown()
            try await running.waitForAll()
        }
        await database.close()
    }

    /// Moves the clock until a task has run as often as that.
    private func advance(_ runs: Runs, to count: Int, by step: Duration) async {
        while runs.count < count {
            await clock.sleepers()
            clock.advance(by: step)
            await Task.yield()
        }
    }

    @Test func `a task of each node runs after each interval, and needs no row`() async throws {
        let runs = Runs()
        try await run([ScheduledTask("look", every: .seconds(5), on: .eachNode) { runs.add() }]) { database in
            await clock.sleepers()
            clock.advance(by: .seconds(4))
            #expect(runs.count == 0, "not before its time")
            clock.advance(by: .seconds(1))
            await advance(runs, to: 3, by: .seconds(5))

            let row = try await database.read { try $0.scheduler.taskStatus("look") }
            #expect(row == nil)
        }
        #expect(runs.count >= 3)
    }

    @Test func `a task that throws is run again at its next turn, and holds up no other`() async throws {
        let (broken, sound) = (Runs(), Runs())
        let tasks = [
            ScheduledTask("broken", every: .seconds(5), on: .eachNode) {
                broken.add()
                throw Unexpected("always")
            },
            ScheduledTask("sound", every: .seconds(5), on: .eachNode) { sound.add() },
        ]
        try await run(tasks) { _ in
            await advance(broken, to: 3, by: .seconds(5))
            await advance(sound, to: 3, by: .seconds(5))
        }
        #expect(broken.count >= 3 && sound.count >= 3)
    }

    @Test(arguments: TestEngine.available)
    func `a lease is claimed once, renewed by its holder alone, and ends the turn only there`(
        on engine: TestEngine
    ) async throws {
        let folder = try TemporaryFolder()
        let database = try await engine.database(in: folder.path)
        let now = clock.now
        let (one, other) = (ID<Node>.make(at: now), ID<Node>.make(at: now))
        let until = now + SharedTask.lease

        let outcomes = try await database.write(order: .alone) { transaction in
            let tasks = transaction.scheduler
            var outcomes = [try tasks.claimTask("sum", by: one, now: now, until: until)]
            try tasks.insertTask("sum", dueAt: now)
            try tasks.insertTask("sum", dueAt: now + .seconds(999))
            outcomes += [
                try tasks.claimTask("sum", by: one, now: now - .milliseconds(1), until: until),
                try tasks.claimTask("sum", by: one, now: now, until: until),
                try tasks.claimTask("sum", by: other, now: until - .milliseconds(1), until: until + .seconds(60)),
                try tasks.renewTask("sum", by: other, until: until + .seconds(60)),
                try tasks.renewTask("sum", by: one, until: until + .seconds(1)),
                try tasks.claimTask("sum", by: other, now: until, until: until + .seconds(60)),
                try tasks.claimTask("sum", by: other, now: until + .seconds(1), until: until + .seconds(61)),
                try tasks.renewTask("sum", by: one, until: until + .seconds(99)),
            ]
            // The first holder was away for too long; its end is not the end of the other's turn.
            try tasks.endTask("sum", by: one, began: now, dueAt: now + .seconds(3600))
            try tasks.returnTask("sum", by: one)
            return outcomes
        }
        let status = try await database.read { try $0.scheduler.taskStatus("sum") }

        #expect(outcomes == [false, false, true, false, false, true, false, true, false])
        #expect(status?.dueAt == now && status?.leaseUntil == until + .seconds(61))
        await database.close()
    }
}

private final class Runs: Sendable {
    private let state = Mutex(0)

    var count: Int { state.withLock { $0 } }

    func add() { state.withLock { $0 += 1 } }
}

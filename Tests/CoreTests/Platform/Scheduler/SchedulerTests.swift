@testable import Core
import Logging
import ServiceLifecycle
import SQL
import Synchronization
import Testing
import TestSupport

struct SchedulerTests {
    private let clock = FakeTime()
    private let turns = Turns()

    @Test(arguments: TestEngine.available)
    func `a task waits for an interval at first, then runs once in each, on whichever node asks first`(
        on engine: TestEngine
    ) async throws {
        let (one, other) = try await nodes(engine)
        #expect(try await one() == .wait(until: clock.now + .seconds(600)))
        #expect(try await other() == .wait(until: clock.now + .seconds(600)))
        clock.advance(by: .seconds(600))

        #expect(try await other() == .done)
        #expect(try await one() == .wait(until: clock.now + .seconds(600)))
        clock.advance(by: .seconds(600))
        #expect(try await one() == .done)

        #expect(turns.taken == ["other", "one"])
    }

    @Test(arguments: TestEngine.available)
    func `two nodes never run a task at once, however long it takes`(on engine: TestEngine) async throws {
        let gate = Gate()
        let (one, other) = try await nodes(engine, task: { await gate.pass() })
        _ = try await one()
        clock.advance(by: .seconds(600))
        async let turn = one()
        await gate.arrivals()

        // Its lease is renewed meanwhile, as often as it takes.
        for _ in 0..<6 {
            let before = try await leaseEnd(other)
            await clock.sleepers()
            clock.advance(by: SharedTask.lease / 3)
            while try await leaseEnd(other) == before { await Task.yield() }
            #expect(try await other() != .done)
        }
        gate.open()

        let outcome = try await turn
        #expect(outcome == .done)
        #expect(turns.taken == ["one"])
    }

    @Test(arguments: TestEngine.available)
    func `a dead node's turn passes to another when its lease ends`(on engine: TestEngine) async throws {
        let (one, other) = try await nodes(engine)
        _ = try await one()
        clock.advance(by: .seconds(600))
        let now = clock.now
        let isTaken = try await other.database.write(order: .alone) {
            try $0.scheduler.claimTask("tidy", by: ID.make(at: now), now: now, until: now + SharedTask.lease)
        }
        #expect(isTaken)

        #expect(try await other() == .wait(until: now + SharedTask.lease))
        clock.advance(by: SharedTask.lease)

        #expect(try await other() == .done)
    }

    @Test(arguments: TestEngine.available)
    func `a task that fails is retried at its next turn`(on engine: TestEngine) async throws {
        let (one, other) = try await nodes(engine, task: { throw Unexpected("no") })
        _ = try await one()
        clock.advance(by: .seconds(600))

        await #expect(throws: Unexpected.self) { try await one() }

        #expect(try await other() == .wait(until: clock.now + .seconds(600)))
    }

    @Test(arguments: TestEngine.available)
    func `a node that shuts down returns its turn, and another runs it at once`(on engine: TestEngine) async throws {
        let hasBegun = Gate()
        let stuck: @Sendable () async throws -> Void = { [turns] in
            guard turns.count() == 1 else { return }
            hasBegun.arrive()
            let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
            for await _ in stream {}
            // The task was cancelled.
            continuation.finish()
            throw CancellationError()
        }
        let (one, other) = try await nodes(engine, task: stuck)
        _ = try await one()
        clock.advance(by: .seconds(600))
        let group = ServiceGroup(
            services: [Scheduler([one.task], database: one.database, time: clock.time, logger: .none)], logger: .none)

        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await hasBegun.arrivals()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }

        #expect(try await other() == .done)
    }

    /// A node's view of the scheduled task, with what the test itself needs.
    private struct Node {
        let shared: SharedTask
        let task: ScheduledTask
        let database: Database
        let folder: TemporaryFolder

        func callAsFunction() async throws -> SharedTask.Outcome { try await shared() }
    }

    private func nodes(
        _ engine: TestEngine, task body: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> (Node, Node) {
        let folder = try TemporaryFolder()
        let nodes = zip(["one", "other"], try await engine.nodes(2, in: folder.path)).map { name, database in
            let task = ScheduledTask("tidy", every: .seconds(600)) { [turns] in
                try await body()
                turns.add(name)
            }
            return Node(
                shared: SharedTask(task, node: ID.make(at: clock.now), database: database, time: clock.time),
                task: task,
                database: database, folder: folder)
        }
        return (nodes[0], nodes[1])
    }

    private func leaseEnd(_ node: Node) async throws -> Instant? {
        try await node.database.read { try $0.scheduler.taskStatus("tidy") }?.leaseUntil
    }
}

private final class Turns: Sendable {
    private let state = Mutex((taken: [String](), count: 0))

    var taken: [String] { state.withLock { $0.taken } }

    func add(_ name: String) { state.withLock { $0.taken.append(name) } }

    func count() -> Int {
        state.withLock { state in
            state.count += 1
            return state.count
        }
    }
}

extension Logger {
    fileprivate static var none: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

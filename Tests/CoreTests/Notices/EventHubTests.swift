import Core
import Logging
import ServiceLifecycle
import SQL
import Synchronization
import Testing
import TestSupport

struct EventHubTests {
    @Test(arguments: TestEngine.available)
    func `streams of an account receive the same, and those of one job its own`(on engine: TestEngine) async throws {
        try await withHub(engine) { world, hub in
            let actor = try await world.account(credits: 100)
            let one = try await world.submit(for: actor)
            let streams = (0..<3).map { _ in hub.open(actor.account, nil, at: 1, cutOff: {}) }
            let followed = hub.open(actor.account, one.id, at: 1, cutOff: {})

            let other = try await world.submit(for: actor)
            try await world.cancel(one.id, actor)

            for stream in streams { #expect(try await ids(stream, until: 3) == [2, 3]) }
            let own = await first(followed)
            #expect(own?.lastID == 2 && own?.isLast == true)
            #expect(own?.events.contains { $0.event.job == other.id } == false)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a stream that is opened later receives what is new, and from where on`(on engine: TestEngine) async throws {
        try await withHub(engine) { world, hub in
            let actor = try await world.account(credits: 100)
            let early = hub.open(actor.account, nil, at: 0, cutOff: {})
            try await world.submit(for: actor)
            _ = try await ids(early, until: 1)

            let late = hub.open(actor.account, nil, at: 0, cutOff: {})
            try await world.submit(for: actor)

            #expect(late.position == 1)
            #expect(try await ids(late, until: 2) == [2])
        }
    }

    @Test func `a stream that does not keep up is cut off, and the others continue`() async throws {
        try await withHub(.sqlite) { world, hub in
            let actor = try await world.account(credits: 1000)
            let cutOff = Gate()
            let slow = hub.open(actor.account, nil, at: 0) { cutOff.arrive() }
            let quick = hub.open(actor.account, nil, at: 0, cutOff: {})

            for number in 1...40 {
                try await world.submit(for: actor)
                #expect(try await ids(quick, until: Int64(number)) == [Int64(number)])
            }
            await cutOff.arrivals()

            var received: [Int64?] = []
            for await batch in slow.batches { received.append(batch.lastID) }
            #expect(received == (1...32).map { $0 }, "what it received has no gap")
        }
    }

    @Test func `a quiet stream receives signs of life`() async throws {
        try await withHub(.sqlite) { world, hub in
            let actor = try await world.account()
            let stream = hub.open(actor.account, nil, at: 0, cutOff: {})

            let sign = try await whileTimePasses(world.clock) { await first(stream) }

            #expect(sign === EventBatch.heartbeat)
        }
    }

    @Test func `a stream without a notification finds what is new by itself`() async throws {
        try await withHub(.sqlite) { world, hub in
            let actor = try await world.account(credits: 100)
            let stream = hub.open(actor.account, nil, at: 0, cutOff: {})
            _ = try await world.submit(for: actor)
            _ = try await ids(stream, until: 1)

            try await world.database.write(order: .alone) { try $0.addSilentEvent(to: actor.account) }

            let received = try await whileTimePasses(world.clock) { try await ids(stream, until: 2) }

            #expect(received == [2])
        }
    }

    @Test func `a shutdown ends all streams, and those that are opened after it`() async throws {
        let world = try await TestWorld()
        let hub = EventHub(database: world.database, notifier: world.notifier, time: world.clock.time, logger: .none)
        let group = ServiceGroup(services: [hub], logger: .none)
        let stream = hub.open(ID.make(at: world.clock.now), nil, at: 0, cutOff: {})

        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            await group.triggerGracefulShutdown()
            for await _ in stream.batches {}
            try await tasks.waitForAll()
        }

        for await _ in hub.open(ID.make(at: world.clock.now), nil, at: 0, cutOff: {}).batches {}
    }

    @Test func `a batch is rendered once for each format, however many streams ask`() {
        let batch = EventBatch([], progress: [], isLast: false)
        let renderings = Counter()

        for _ in 0..<3 {
            #expect(batch.rendered { _ in renderings.next() } == 1)
            #expect(batch.rendered { _ in "text \(renderings.next())" } == "text 2")
        }

        #expect(renderings.next() == 3)
    }

    private func withHub(_ engine: TestEngine, _ body: (TestWorld, EventHub) async throws -> Void) async throws {
        let world = try await TestWorld(engine)
        let hub = EventHub(database: world.database, notifier: world.notifier, time: world.clock.time, logger: .none)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await hub.run() }
            try await body(world, hub)
            group.cancelAll()
        }
    }
}

private final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}

private func whileTimePasses<Value>(_ clock: FakeTime, _ body: () async throws -> Value) async throws -> Value {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            while !Task.isCancelled {
                clock.advance(by: .seconds(1))
                await Task.yield()
            }
        }
        defer { group.cancelAll() }
        return try await body()
    }
}

private func first(_ stream: EventSubscription) async -> EventBatch? {
    for await batch in stream.batches { return batch }
    return nil
}

/// The events that a stream receives until that one, heartbeats left out.
private func ids(_ stream: EventSubscription, until last: Int64) async throws -> [Int64] {
    var ids: [Int64] = []
    for await batch in stream.batches {
        ids += batch.events.map(\.id)
        if let id = ids.last, id >= last { return ids }
    }
    throw Unexpected("the stream ended after \(ids)")
}

extension TestWorld {
    fileprivate func cancel(_ job: ID<Job>, _ actor: Actor) async throws {
        _ = try await cancelJob(job, by: actor)
    }
}

extension Transaction {
    /// As a node would whose notification is lost.
    fileprivate func addSilentEvent(to account: ID<Account>) throws(DatabaseError) {
        try execute("UPDATE accounts SET event_seq = event_seq + 1 WHERE id = $1", account)
        try execute("""
            INSERT INTO job_events (job_id, seq, account_id, account_seq, type, state, data, created_at)
            SELECT job_id, seq + 1, account_id, account_seq + 1, 'cancel_requested', state, data, created_at
            FROM job_events
            WHERE account_id = $1 ORDER BY account_seq DESC LIMIT 1
            """, account)
    }
}

extension Logger {
    fileprivate static var none: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

@testable import Core
import SQL
import Testing
import TestSupport

struct JobEventTests {
    @Test(arguments: TestEngine.available)
    func `of jobs that end together each account's events are numbered in the order of the endings`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let (ada, bob) = (try await world.account(credits: 100), try await world.account(credits: 100))
        let adas = try await world.submit(3, for: ada)
        let bobs = try await world.submit(2, for: bob)
        let now = world.clock.now
        let order = [adas[2], bobs[1], adas[0], bobs[0], adas[1]]

        _ = try await world.database.write(order: .alone) { transaction in
            try transaction.lock([ada.account, bob.account])
            return try transaction.jobs.end(order.map { JobEnding($0, .cancelled, now: now) })
        }

        for (actor, jobs) in [(ada, [adas[2], adas[0], adas[1]]), (bob, [bobs[1], bobs[0]])] {
            let count = Int64(jobs.count)
            let events = try await world.database.read { try $0.jobs.events(of: actor.account, after: count) }
            #expect(events.map(\.job) == jobs.map(\.id))
            #expect(events.map(\.accountSeq) == Array(count + 1...2 * count))
            #expect(events.allSatisfy { $0.seq == 2 && $0.type == .cancelled && $0.at == now })
        }
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `an event says what a reader needs to know of it, and its state is the one after it`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let refused = ProviderFailure(.invalidInput, "too small", isTransient: false)
        let delivered = try await world.submit(for: actor, images: 3)
        try await world.work()
        world.provider.behave(.refuse(refused))
        let failed = try await world.submit(for: actor)
        try await world.work()
        let cancelled = try await world.submit(for: actor)
        try await world.work()
        _ = try await world.cancelJob(cancelled.id, by: actor)
        try await world.work()
        world.provider.finishAll(missing: 1)
        world.clock.advance(by: .seconds(2))
        try await world.work()

        let expected: [(Job, [JobEvent.EventType: JSON])] = [
            (delivered, [.queued: [:], .started: ["attempt": 1], .completed: ["captured": 12, "released": 6]]),
            (failed, [.queued: [:], .started: ["attempt": 1], .failed: [
                "captured": 0, "released": 6, "code": "invalid_input",
                "message": .string("The provider rejected the input: too small. No credits were charged."),
            ]]),
            (cancelled, [
                .queued: [:], .started: ["attempt": 1], .cancelRequested: [:],
                .cancelled: ["captured": 0, "released": 6],
            ]),
        ]
        for (job, data) in expected { #expect(try await world.eventData(of: job.id, actor) == data) }
        let events = try await world.database.read { try $0.jobs.events(of: cancelled.id, account: actor.account) }
        #expect(events.map(\.state) == [.queued, .processing, .processing, .cancelled])
    }

    @Test(arguments: TestEngine.available)
    func `events are read after a number, as many as asked for, and only those of the account`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let (ada, bob) = (try await world.account(credits: 100), try await world.account(credits: 100))
        let job = try await world.submit(for: ada)
        try await world.submit(for: bob)
        _ = try await world.cancelJob(job.id, by: ada)
        try await world.submit(for: ada)

        func ofJob(after seq: Int64, limit: Int) async throws -> [Int64] {
            try await world.database.read {
                try $0.jobs.events(of: job.id, account: ada.account, after: seq, limit: limit).map(\.seq)
            }
        }
        func ofAccount(after seq: Int64, limit: Int) async throws -> [Int64] {
            try await world.database.read {
                try $0.jobs.events(of: ada.account, after: seq, limit: limit).map(\.accountSeq)
            }
        }
        #expect(try await ofJob(after: 0, limit: 9) == [1, 2])
        #expect(try await ofJob(after: 1, limit: 9) == [2])
        #expect(try await ofJob(after: 2, limit: 9) == [])
        #expect(try await ofJob(after: 0, limit: 1) == [1])
        #expect(try await ofAccount(after: 0, limit: 9) == [1, 2, 3])
        #expect(try await ofAccount(after: 1, limit: 1) == [2])
        #expect(try await ofAccount(after: 3, limit: 9) == [])
        #expect(try await world.events(of: job.id, bob) == [])
        let last = try await world.database.read { transaction in
            try [ada.account, bob.account, ID(rawValue: "nobody")].map { try transaction.jobs.lastEventSeq(of: $0) }
        }
        #expect(last == [3, 1, 0])
    }

    @Test func `workers are woken by events that bring work, watchers by all`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account()
        let woken = Woken()
        _ = world.notifier.onChange(of: nil) { woken.add("worker") }
        _ = world.notifier.onChange(of: actor.account) { woken.add("watcher") }

        // A retry begins later, and the others leave nothing to do.
        let events: [(JobEvent.EventType, Bool)] = [
            (.held, false), (.queued, true), (.started, false), (.retried, false), (.returned, true),
            (.cancelRequested, true), (.completed, false), (.failed, false), (.cancelled, false),
        ]
        for (seq, (type, isWork)) in events.enumerated() {
            let event = JobEvent(
                job: ID(rawValue: "job"), seq: Int64(seq + 1), account: actor.account, accountSeq: Int64(seq + 1),
                type: type, state: .queued, data: [:], at: world.clock.now)
            try await world.database.write(order: .alone) { try $0.jobs.insertEvents([event]) }
            #expect(woken.take() == (isWork ? ["watcher", "worker"] : ["watcher"]), "\(type)")
        }
    }
}

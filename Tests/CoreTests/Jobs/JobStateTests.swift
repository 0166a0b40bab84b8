@testable import Core
import SQL
import Testing
import TestSupport

struct JobStateTests {
    @Test func `only the allowed moves exist`() {
        let moves = JobState.allCases.flatMap { from in from.next.map { "\(from) → \($0)" } }.sorted()

        #expect(moves == [
            "pending → cancelled", "pending → failed", "pending → queued",
            "processing → cancelled", "processing → completed", "processing → failed", "processing → queued",
            "queued → cancelled", "queued → failed", "queued → processing",
        ])
        #expect(JobState.allCases.filter(\.isTerminal) == [.completed, .failed, .cancelled])
    }

    @Test(arguments: TestEngine.available)
    func `an ended job never changes again, whatever tries`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        _ = try await world.cancelJob(job.id, by: actor)
        let ended = try await world.job(job.id)
        let later = world.clock.now + .seconds(60)

        let (moved, requeued) = try await world.database.write(order: .alone) { transaction in
            (
                try transaction.jobs.end(
                    [.completed(delivered: 1), .failed(.lost), .cancelled].map { JobEnding(job, $0, now: later) })
                    .union(transaction.jobs.end([JobEnding(ended, .cancelled, now: later)])),
                try transaction.jobs.requeue(job.id, .retried, runAt: later, data: [:], now: later)
            )
        }

        #expect(moved == [])
        #expect(requeued == nil)
        #expect(try await world.job(job.id) == ended)
        #expect(try await world.events(of: job.id, actor) == [.queued, .cancelled])
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a job's moves have events without holes, in its account's order`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 1_000)
        let other = try await world.account(credits: 1_000)
        world.provider.behave(.refuse(ProviderFailure(.unavailable, "down", isTransient: true)), .vanish)
        for _ in 0..<5 {
            try await world.submit(for: actor)
            try await world.submit(for: other)
        }
        try await world.workUntilEnded(actor)
        try await world.workUntilEnded(other)

        let events = try await world.database.read { try $0.jobs.events(of: actor.account, after: 0) }
        #expect(events.map(\.accountSeq) == Array(1...Int64(events.count)))
        for job in Set(events.map(\.job)) {
            #expect(events.filter { $0.job == job }.map(\.seq) == Array(1...Int64(events.count { $0.job == job })))
        }
        #expect(try await world.database.read { try $0.jobs.lastEventSeq(of: actor.account) } == Int64(events.count))
        let rest = try await world.database.read { try $0.jobs.events(of: actor.account, after: 3, limit: 2) }
        #expect(rest.map(\.accountSeq) == [4, 5])
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `retrying an ended job makes a new one, priced and reserved today`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let request = JobRequest(
            kind: .textToImage, parameters: ["prompt": "a", "resolution": "2K", "aspectRatio": "16:9", "seed": 7])
        guard case .submitted(let jobs) = try await world.submitJob([request], by: actor), let first = jobs.first else {
            return
        }
        _ = try await world.cancelJob(first.id, by: actor)

        guard case .submitted(let again) = try await world.submitJob(
            [JobRequest(again: world.job(first.id))], by: actor)
        else { return }

        let retry = try #require(again.first)
        #expect(retry.id != first.id)
        #expect(retry.retryOf == first.id)
        #expect(retry.parameters == first.parameters)
        #expect(retry.price == first.price)
        #expect(try await world.balance(of: actor).reserved == .whole(12))
    }
}

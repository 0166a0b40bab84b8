@testable import Core
import SQL
import Synchronization
import Testing
import TestSupport

/// What is delivered and paid for of a provider's result, by what becomes of its files. Three pictures are requested,
/// of six credits each.
struct SettleJobTests {
    /// What happens to a file each time it is fetched; the last is what happens from then on.
    enum Fetch: Sendable {
        case stored, unsafe, broken, brokenForGood, noRoom
    }

    struct Settlement: Sendable {
        let files: [[Fetch]]
        /// The job's state, the code if it failed, and how many outputs it has.
        let job: String
        let captured: Int64
        var attempts: [Attempt.State] = [.succeeded]
        /// Failed tries to fetch the files, as the last attempt counts them.
        var tries = 0
    }

    private static let settlements = [
        Settlement(files: [[.stored], [.stored], [.stored]], job: "completed 3", captured: 18),
        Settlement(files: [[.stored], [.unsafe], [.stored]], job: "completed 2", captured: 12),
        Settlement(
            files: [[.unsafe], [.unsafe], [.unsafe]], job: "failed content_flagged 0", captured: 0,
            attempts: [.failed]),
        // What will never come is not waited for.
        Settlement(files: [[.stored], [.brokenForGood], [.stored]], job: "completed 2", captured: 12),
        Settlement(files: [[.stored], [.broken, .stored], [.stored]], job: "completed 3", captured: 18, tries: 1),
        Settlement(
            files: [[.stored], [.broken, .brokenForGood], [.unsafe]], job: "completed 1", captured: 6, tries: 1),
        // One of two that fail may come yet.
        Settlement(
            files: [[.stored], [.broken, .stored], [.brokenForGood]], job: "completed 2", captured: 12, tries: 1),
        Settlement(
            files: [[.brokenForGood], [.broken, .stored], [.stored]], job: "completed 2", captured: 12, tries: 1),
        // What could be fetched is delivered after four tries for the rest.
        Settlement(files: [[.stored], [.broken], [.stored]], job: "completed 2", captured: 12, tries: 3),
        // With nothing to deliver the provider is asked again, as often as the policy allows.
        Settlement(
            files: [[.brokenForGood], [.brokenForGood], [.unsafe]], job: "failed download_failed 0", captured: 0,
            attempts: [.failed, .failed, .failed, .failed]),
        Settlement(
            files: [[.brokenForGood, .stored], [.brokenForGood, .stored], [.brokenForGood, .stored]],
            job: "completed 3", captured: 18, attempts: [.failed, .succeeded]),
        // The file store's trouble is no failure of the provider, and counts as no try.
        Settlement(files: [[.stored], [.noRoom, .noRoom, .stored], [.stored]], job: "completed 3", captured: 18),
        Settlement(files: [[.noRoom, .stored], [.brokenForGood], [.unsafe]], job: "completed 1", captured: 6),
    ]

    @Test(arguments: settlements)
    func `what was stored is delivered and paid for`(settlement: Settlement) async throws {
        let script = Script(settlement.files)
        let world = try await TestWorld(store: { script.next($0.index) })
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor, images: 3)

        try await world.workUntilEnded(actor)

        let attempts = try await world.attempts(of: job.id)
        #expect(try await outcome(of: job, actor, world) == settlement.job)
        #expect(attempts.map(\.state) == settlement.attempts && attempts.last?.storeTries == settlement.tries)
        #expect(try await world.balance(of: actor)
            == Balance(available: .whole(100 - settlement.captured), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    /// How many files the provider has, how many of them it found unsafe, and what comes of it.
    @Test(arguments: [
        (3, 0, "completed 3", [0, 1, 2]), (2, 0, "completed 2", [0, 1]), (3, 1, "completed 2", [1, 2]),
        // What goes beyond the request is not looked at.
        (5, 0, "completed 3", [0, 1, 2]), (5, 2, "completed 1", [2]), (5, 3, "failed content_flagged 0", []),
    ])
    func `outputs keep their places among the provider's files`(
        files: Int, flagged: Int, result: String, places: [Int]
    ) async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor, images: 3)
        try await world.work()

        world.provider.finishAll(flagged: flagged, missing: 3 - files)
        world.clock.advance(by: .seconds(2))
        try await world.work()

        #expect(try await outcome(of: job, actor, world) == result)
        let details = try await world.database.read { try $0.jobs.details(of: job.id, account: actor.account) }
        #expect(details?.outputs.map(\.outputIndex) == places)
        #expect(details?.outputs.allSatisfy { $0.account == actor.account && $0.job == job.id } == true)
        #expect(try await world.balance(of: actor).available == .whole(Int64(100 - 6 * places.count)))
    }

    @Test func `a result without files is tried again`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()

        world.provider.finishAll(missing: 1)
        world.clock.advance(by: .seconds(2))
        try await world.work()
        #expect(try await world.attempts(of: job.id).first?.failure?.code == "nothing_delivered")
        #expect(try await world.job(job.id).state == .queued)
        try await world.workUntilEnded(actor)

        #expect(try await world.attempts(of: job.id).map(\.state) == [.failed, .succeeded])
        #expect(try await world.balance(of: actor) == .of(9_400))
    }

    /// The provider's failure; whether somebody asked for the end of the job; and what comes of it.
    @Test(arguments: [
        (ProviderFailure(.cancelled, "dropped", isTransient: false), false, "failed provider_cancelled 0"),
        (ProviderFailure(.cancelled, "dropped", isTransient: false), true, "cancelled 0"),
        (ProviderFailure(.invalidInput, "no", isTransient: false), true, "cancelled 0"),
        (ProviderFailure(.unavailable, "down", isTransient: true), true, "cancelled 0"),
        (ProviderFailure(.unavailable, "down", isTransient: true), false, "queued 0"),
        (ProviderFailure(.misconfigured, "no money", isTransient: false), false, "failed provider_misconfigured 0"),
    ])
    func `a provider's failure after the submission ends the job, or is tried again`(
        failure: ProviderFailure, isCancelRequested: Bool, result: String
    ) async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        world.provider.respondToCancels(with: .tooLate)
        world.provider.failAll(failure)

        if isCancelRequested { _ = try await world.cancelJob(job.id, by: actor) }
        for _ in 0..<2 {
            try await world.work()
            world.clock.advance(by: .seconds(1))
        }
        try await world.work()

        #expect(try await outcome(of: job, actor, world) == result)
        #expect(try await world.balance(of: actor) == (result == "queued 0" ? .of(9_400, 600) : .of(10_000)))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available, [nil, 0, 42, .max] as [UInt64?])
    func `a job keeps the seed that its provider returned`(on engine: TestEngine, seed: UInt64?) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        var payload: [String: JSON] = ["files": [["url": "x", "flagged": false]]]
        payload["seed"] = seed.map { .string(String($0)) }
        world.provider.respondToPolls(with: .ended(.object(payload)))

        world.clock.advance(by: .seconds(2))
        try await world.work()

        let ended = try await world.job(job.id)
        #expect(ended.state == .completed && ended.seed == seed)
        #expect(job.seed == nil)
    }

    @Test(arguments: TestEngine.available)
    func `jobs that are completed together each end once, and only with an attempt that is alive`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let (ada, bob) = (try await world.account(credits: 100), try await world.account(credits: 100))
        var jobs = try await world.submit(2, for: ada)
        jobs.append(try await world.submit(for: bob, images: 2))
        jobs.append(try await world.submit(for: bob))
        let claims = try await world.claim(4)
        let byJob = Dictionary(uniqueKeysWithValues: claims.map { ($0.job.id, $0) })
        let ordered = try jobs.map { try #require(byJob[$0.id]) }
        let now = world.clock.now
        let completions = ordered.map { Completion(attempt: $0.attempt, job: $0.job, outputs: [], now: now) }
        // The second's attempt was abandoned, and the fourth's job has ended without it.
        try await world.database.write(order: .alone) { transaction in
            try transaction.jobs.end(ordered[1].attempt, of: ordered[1].job, .failed(.flagged), now: now)
            try transaction.jobs.end([JobEnding(ordered[3].job, .failed(.timedOut), now: now)])
        }

        let completed = try await world.database.write(order: .alone) {
            try $0.jobs.complete(completions + [completions[0]])
        }

        #expect(completed == [true, false, true, false, false])
        var states: [JobState] = []
        for job in jobs { states.append(try await world.job(job.id).state) }
        #expect(states == [.completed, .failed, .completed, .failed])
        // Without outputs nothing is paid.
        #expect(try await world.balance(of: ada) == .of(10_000))
        #expect(try await world.balance(of: bob) == .of(10_000))
        // The attempt of the job that had ended delivered too late.
        #expect(try await world.attempts(of: jobs[3].id).map(\.state) == [.succeeded])
    }

    private func outcome(of job: Job, _ actor: Actor, _ world: TestWorld) async throws -> String {
        guard let details = try await world.database.read({ try $0.jobs.details(of: job.id, account: actor.account) })
        else { throw Unexpected("no job") }
        #expect(details.job.outputsDelivered ?? 0 == details.outputs.count)
        return [details.job.state.rawValue, details.job.failure?.code, String(details.outputs.count)]
            .compactMap { $0 }.joined(separator: " ")
    }
}

/// What happens to the files, each in turn.
private final class Script: Sendable {
    private let files: Mutex<[[SettleJobTests.Fetch]]>

    init(_ files: [[SettleJobTests.Fetch]]) {
        self.files = Mutex(files)
    }

    func next(_ index: Int) -> StoreOutcome? {
        let fetch = files.withLock { files in
            files[index].count > 1 ? files[index].removeFirst() : files[index][0]
        }
        return switch fetch {
        case .stored: nil
        case .unsafe: .unsafe
        case .broken: .broken("cut short", isTransient: true)
        case .brokenForGood: .broken("not found", isTransient: false)
        case .noRoom: .storeUnavailable("no space")
        }
    }
}

@testable import Core
import Foundation
import SQL
import Synchronization
import Testing
import TestSupport

/// Random accounts, workers and a provider, with everything that may happen between them. Set DARKROOM_TEST_STEPS for a
/// long run.
struct SimulationTests {
    @Test(arguments: TestEngine.available)
    func `whatever happens, in any order, nobody pays for nothing and nothing is stuck`(
        on engine: TestEngine
    ) async throws {
        var chance = Seeded("simulation on \(engine.rawValue)", variable: "DARKROOM_TEST_SEED")
        let steps = ProcessInfo.processInfo.environment["DARKROOM_TEST_STEPS"].flatMap { Int($0) } ?? 400
        let trouble = Trouble(seed: chance.next())
        let world = try await TestWorld(
            engine, provider: FakeProvider(concurrency: 12), store: { _ in try trouble.store() })
        var simulation = Simulation(
            world: world, workers: (0..<3).map { _ in world.makeWorker() },
            actors: [
                try await world.account(credits: Int64(steps)),
                try await world.account(credits: Int64(steps), plan: "pro"),
                try await world.account(credits: 200, plan: "basic"), try await world.account(credits: 30),
            ])

        for _ in 0..<steps { try await simulation.step(&chance) }
        trouble.end()
        world.provider.behave()
        world.provider.respondToCancels(with: .dropped)
        try await world.comeToRest()

        #expect(try await world.brokenPromises() == [])
        for actor in simulation.actors { try await expectExplained(actor, world) }
        #expect(simulation.submitted > steps / 12)
    }

    /// What was spent is what the completed jobs delivered.
    private func expectExplained(_ actor: Actor, _ world: TestWorld) async throws {
        let jobs = try await world.database.read {
            try $0.jobs.jobs(of: actor.account, state: nil, before: nil, limit: 1_000_000)
        }
        var spent = Credits.zero
        for job in jobs where job.state == .completed { spent += job.price.total(delivered: job.outputsDelivered ?? 0) }
        let given = try await world.database.read {
            try $0.ledger.balanceSummary(of: actor.account, now: world.clock.now).totalAllocated
        }
        #expect(try await world.balance(of: actor) == Balance(available: given - spent, reserved: .zero))
    }
}

/// What goes wrong with outputs. It is asked from several tasks at once.
private final class Trouble: Sendable {
    private let chance: Mutex<(source: Seeded, isOver: Bool)>

    init(seed: UInt64) {
        chance = Mutex((Seeded(seed), false))
    }

    func end() { chance.withLock { $0.isOver = true } }

    func store() throws -> StoreOutcome? {
        let fate = chance.withLock { $0.isOver ? 100 : $0.source.number(0...40) }
        switch fate {
        case 0: return .broken("cut short", isTransient: true)
        case 1: return .broken("not a picture", isTransient: false)
        case 2: return .storeUnavailable("no space")
        case 3: return .unsafe
        case 4: throw Unexpected("the store broke")
        default: return nil
        }
    }
}

private struct Simulation {
    let world: TestWorld
    var workers: [Worker]
    let actors: [Actor]
    var submitted = 0
    var jobs: [(id: ID<Job>, actor: Actor)] = []

    mutating func step(_ chance: inout Seeded) async throws {
        switch chance.number(0...29) {
        case 0...5: try await submit(&chance)
        case 6...7: try await cancel(&chance)
        case 8...13: try await work(&chance)
        case 14...15: try await workTogether(&chance)
        case 16...18: try await sendWebhook(&chance)
        case 19...21: finish(&chance)
        case 22: try await crash(&chance)
        case 23: behave(&chance)
        case 24: try await stall(&chance)
        case 25: world.clock.advance(by: .seconds(chance.number(20...400)))
        default: world.clock.advance(by: .milliseconds(chance.number(1...3_000)))
        }
    }

    private mutating func submit(_ chance: inout Seeded) async throws {
        guard let actor = actors.randomElement(using: &chance) else { return }
        do throws(any Error) {
            jobs.append((try await world.submit(for: actor, images: chance.number(1...4)).id, actor))
            submitted += 1
        } catch is LedgerError {
        } catch is SubmitError {}
    }

    private func cancel(_ chance: inout Seeded) async throws {
        guard let (job, actor) = jobs.suffix(20).randomElement(using: &chance) else { return }
        do throws(any Error) { _ = try await world.cancelJob(job, by: actor) } catch is CancelError {}
    }

    private func work(_ chance: inout Seeded) async throws {
        try await workers.randomElement(using: &chance)?.runOnce()
    }

    /// All at once, with a cancel and a webhook between them.
    private func workTogether(_ chance: inout Seeded) async throws {
        let target = jobs.suffix(20).randomElement(using: &chance)
        let request = world.provider.requests.suffix(20).randomElement(using: &chance)
        try await withThrowingTaskGroup(of: Void.self) { [world, workers] group in
            for worker in workers { group.addTask { try await worker.runOnce() } }
            if let target {
                group.addTask {
                    do throws(any Error) {
                        _ = try await world.cancelJob(target.id, by: target.actor)
                    } catch is CancelError {}
                }
            }
            if let request, !request.isUnderWay { group.addTask { _ = try await world.deliverWebhook(request.id) } }
            try await group.waitForAll()
        }
    }

    /// A webhook, perhaps late, perhaps again, perhaps never.
    private func sendWebhook(_ chance: inout Seeded) async throws {
        let ended = world.provider.requests.suffix(30).filter { !$0.isUnderWay }
        guard let request = ended.randomElement(using: &chance) else { return }
        for _ in 0...chance.number(0...1) { _ = try await world.deliverWebhook(request.id) }
    }

    private func finish(_ chance: inout Seeded) {
        switch chance.number(0...9) {
        case 0: world.provider.failAll(ProviderFailure(.failed, "out of memory", isTransient: true))
        case 1: world.provider.failAll(ProviderFailure(.contentPolicy, "not allowed", isTransient: false))
        case 2: world.provider.finishAll(flagged: 1)
        case 3: world.provider.finishAll(missing: 1)
        default:
            guard let request = world.provider.requests.filter(\.isUnderWay).randomElement(using: &chance) else {
                return
            }
            world.provider.finish(request.id)
        }
    }

    /// A worker stops in the middle of a submission, for as long as its lease and more, and then goes on.
    private func stall(_ chance: inout Seeded) async throws {
        let (gate, first) = (Gate(), Countdown(1))
        world.provider.whileSubmitting { _ in if first.hits() { await gate.pass() } }
        let waits = (0..<6).map { _ in Duration.seconds(chance.number(1...60)) }
        try await withThrowingTaskGroup(of: Void.self) { [world, workers] group in
            defer { gate.open() }
            group.addTask {
                // If there was nothing to submit, nobody is held, and the test, which waits for an arrival, goes on.
                defer {
                    gate.open()
                    gate.arrive()
                }
                try await workers[0].runOnce()
            }
            await gate.arrivals()
            for wait in waits {
                world.clock.advance(by: wait)
                try await workers[1].runOnce()
            }
            gate.open()
            try await group.waitForAll()
        }
        world.provider.whileSubmitting { _ in }
    }

    /// A worker takes work and never returns; another starts.
    private mutating func crash(_ chance: inout Seeded) async throws {
        let now = world.clock.now
        if chance.happens(oneIn: 2) {
            _ = try await world.database.write(order: .alone) {
                try $0.jobs.claimJobs(3, served: "fal", by: "fake", now: now, leaseUntil: now + .seconds(30)).claims
            }
        } else {
            _ = try await world.database.write(order: .alone) {
                try $0.jobs.takeDueAttempts(3, now: now, until: now + .seconds(30))
            }
        }
        workers[Int(chance.number(0...Int64(workers.count - 1)))] = world.makeWorker()
    }

    private func behave(_ chance: inout Seeded) {
        let busy = ProviderFailure(.rateLimited, "busy", isTransient: true, retryAfter: .seconds(chance.number(1...30)))
        let behaviors: [FakeProvider.Behavior] = [
            .acceptSilently, .vanish, .refuse(busy), .refuse(ProviderFailure(.invalidInput, "no", isTransient: false)),
            .accept,
        ]
        world.provider.behave(behaviors.shuffled(using: &chance))
        world.provider.respondToCancels(
            with: [.dropped, .requested, .tooLate, .unavailable("down")].randomElement(using: &chance) ?? .dropped)
    }
}

extension FakeProvider.Request {
    fileprivate var isUnderWay: Bool { [.queued, .running].contains(state) }
}

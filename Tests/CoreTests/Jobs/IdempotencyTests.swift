@testable import Core
import SQL
import Testing
import TestSupport

struct IdempotencyTests {
    private let request = JobRequest(kind: .textToImage, parameters: ["prompt": "a red dress"])

    private func key(_ key: String = "order-7", body: String = "one", route: String = "/api/generate") -> Idempotency {
        Idempotency(route: route, key: key, bodyHash: body)
    }

    private func submit(
        _ world: TestWorld, _ actor: Actor, _ idempotency: Idempotency
    ) async throws -> SubmitJob.Outcome {
        try await world.submitJob([request], by: actor, idempotency: idempotency) {
            StoredResponse(status: 202, body: $0.map(\.id.rawValue).joined(separator: ","))
        }
    }

    @Test(arguments: TestEngine.available)
    func `the same request again gets the first response, and makes no job`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)

        let job = try #require(try await submit(world, actor, key()).jobs.first)
        world.clock.advance(by: .milliseconds(86_399_999))
        let again = try await submit(world, actor, key())

        #expect(again.stored == StoredResponse(status: 202, body: job.id.rawValue))
        #expect(try await world.balance(of: actor).reserved == .whole(6))
    }

    @Test(arguments: TestEngine.available)
    func `the same key with another body is refused`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        _ = try await submit(world, actor, key())

        await #expect(throws: IdempotencyError.keyReused) { try await submit(world, actor, key(body: "two")) }

        #expect(try await world.balance(of: actor).reserved == .whole(6))
    }

    @Test(arguments: TestEngine.available)
    func `a key is its account's and its route's own`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let other = try await world.account(credits: 100)

        _ = try await submit(world, actor, key())
        #expect(try await submit(world, actor, key(body: "two", route: "/other")).jobs.count == 1)
        #expect(try await submit(world, other, key(body: "two")).jobs.count == 1)
    }

    @Test(arguments: TestEngine.available)
    func `after a day the key is forgotten, whether its row is still there or not`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        _ = try await submit(world, actor, key())
        world.clock.advance(by: .seconds(86_400))

        #expect(try await submit(world, actor, key(body: "two")).jobs.count == 1)
        #expect(try await submit(world, actor, key(body: "two")).jobs.isEmpty)
        world.clock.advance(by: .seconds(86_400))
        let now = world.clock.now
        let deleted = try await world.database.write(order: .alone) {
            try $0.idempotency.deleteIdempotencyKeys(before: now - .seconds(86_400), limit: 10)
        }
        #expect(deleted == 1)
        #expect(try await submit(world, actor, key()).jobs.count == 1)
    }

    @Test(arguments: TestEngine.available)
    func `a refusal is not stored: once there are credits, the same key succeeds`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account()
        await #expect(throws: LedgerError.self) { try await submit(world, actor, key()) }
        let now = world.clock.now
        try await world.database.write(order: .alone) {
            try $0.ledger.grant(.bonus, .whole(6), to: actor.account, key: "more", now: now)
        }

        #expect(try await submit(world, actor, key()).jobs.count == 1)
    }

    @Test(arguments: TestEngine.available)
    func `a repeated request gets its response even if it would be refused by now`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 6)
        let job = try #require(try await submit(world, actor, key()).jobs.first)
        try await world.database.write(order: .alone) { transaction in
            try transaction.execute("UPDATE kinds SET disabled_at = 1 WHERE name = 'text_to_image'")
            try transaction.execute("UPDATE accounts SET held_at = 1")
        }
        world.clock.advance(by: .seconds(60))

        #expect(try await submit(world, actor, key()).stored?.body == job.id.rawValue)
        await #expect(throws: IdempotencyError.keyReused) { try await submit(world, actor, key(body: "two")) }
        await #expect(throws: SubmitError.self) { try await submit(world, actor, key("another")) }
    }

    @Test(arguments: TestEngine.available)
    func `of many at once with one key, one makes a job and all get the same response`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 1_000)

        let outcomes = try await withThrowingTaskGroup(of: SubmitJob.Outcome.self) { group in
            for _ in 0..<50 { group.addTask { try await submit(world, actor, key()) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }

        let jobs = outcomes.flatMap(\.jobs)
        #expect(jobs.count == 1)
        #expect(Set(outcomes.compactMap(\.stored?.body)) == Set(jobs.map(\.id.rawValue)))
        #expect(try await world.balance(of: actor).reserved == .whole(6))
    }
}

extension SubmitJob.Outcome {
    fileprivate var jobs: [Job] {
        if case .submitted(let jobs) = self { jobs } else { [] }
    }

    fileprivate var stored: StoredResponse? {
        if case .repeated(let response) = self { response } else { nil }
    }
}

@testable import Core
import SQL
import Testing
import TestSupport

/// A job keeps the price at which it was admitted; a new one has the price of today.
struct PriceChangeTests {
    @Test(arguments: TestEngine.available)
    func `a repeated request is not priced again, and a retried job is`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let key = Idempotency(route: "generate", key: "one", bodyHash: "a")
        let first = try await world.submit(for: actor, images: 2, idempotency: key)
        _ = try await world.cancelJob(first.id, by: actor)
        try await doublePrices(in: world)

        let request = JobRequest(kind: .textToImage, parameters: ["prompt": "a red dress", "numImages": 2])
        let repeated = try await world.submitJob([request], by: actor, idempotency: key)
        guard case .submitted(let retried) = try await world.submitJob(
            [JobRequest(again: world.job(first.id))], by: actor)
        else { throw Unexpected("it was repeated") }

        guard case .repeated = repeated else { throw Unexpected("another job") }
        #expect(first.price.total == .whole(12) && first.price.version == 1)
        #expect(retried.map(\.price.total) == [.whole(24)] && retried.map(\.price.version) == [2])
        #expect(try await world.balance(of: actor) == Balance(available: .whole(76), reserved: .whole(24)))
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `a job that is processed when the prices change is paid for at its own`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor, images: 4)
        try await world.work()
        try await doublePrices(in: world)

        world.provider.finishAll(missing: 3)
        world.clock.advance(by: .seconds(2))
        try await world.work()

        #expect(try await world.job(job.id).outputsDelivered == 1)
        #expect(try await world.balance(of: actor) == Balance(available: .whole(94), reserved: .zero))
        #expect(try await world.differences() == [])
    }

    private func doublePrices(in world: TestWorld) async throws {
        try await world.database.write(order: .alone) {
            _ = try $0.execute("""
                INSERT INTO prices (version, published_at, document)
                SELECT 2, 0, REPLACE(document, '"base": 500,', '"base": 1000,') FROM prices WHERE version = 1
                """)
        }
        world.catalog.forget()
    }
}

import Core
import Logging
import SQL
import Testing
@testable import StripeEmulator

struct TestClockTests {
    /// 31 January 2027, 10:00.
    private static let start: Int64 = 1_801_389_600

    private func withClock(
        _ body: (StripeWorld, _ clock: String, _ customer: String) async throws -> Void
    ) async throws {
        try await StripeWorld.with { world in
            let clock = try await world.post("/v1/test_helpers/test_clocks", "frozen_time=\(Self.start)").id
            let customer = try await world.post(
                "/v1/customers", "test_clock=\(clock)&payment_method=pm_card_visa").id
            try await body(world, clock, customer)
        }
    }

    private func advance(_ world: StripeWorld, _ clock: String, to time: Int64) async throws -> JSON {
        try await world.post("/v1/test_helpers/test_clocks/\(clock)/advance", "frozen_time=\(time)")
    }

    @Test func `what belongs to its customers has its time, and nothing else`() async throws {
        try await withClock { world, clock, customer in
            let form = try await "customer=\(customer)&items[0][price]=\(world.price(1000))"
            let subscription = try await world.post("/v1/subscriptions", form)
            let other = try await world.subscription(to: world.price(1000))

            let ready = try await advance(world, clock, to: Self.start + 60 * 86_400)

            #expect(ready.at("status") == "ready" && ready.at("frozen_time") == .integer(Self.start + 60 * 86_400))
            #expect(subscription.at("created") == .integer(Self.start))
            let invoices = try await world.get("/v1/invoices", "customer=\(customer)")
            #expect(
                invoices.at("data.*.lines.data.0").array?.map { $0.day("period.start") }
                    == ["2027-03-31", "2027-02-28", "2027-01-31"])
            #expect(try await world.get("/v1/invoices", "subscription=\(other.id)").at("data").array?.count == 1)
            #expect(try await world.get("/_emulator").at("clock_offset") == 0)
        }
    }

    @Test func `events of the past have the time at which they happened`() async throws {
        try await withClock { world, clock, customer in
            _ = try await world.post(
                "/v1/subscriptions", "customer=\(customer)&items[0][price]=\(world.price(1000))")

            _ = try await advance(world, clock, to: Self.start + 40 * 86_400)

            let created = try await world.get("/v1/events", "type=invoice.created").at("data.0.created")
            let paid = try await world.get("/v1/events", "type=invoice.paid").at("data.0.created")
            // 28 February, 10:00, and an hour as a draft.
            #expect(created == .integer(Self.start + 28 * 86_400))
            #expect(paid == .integer(Self.start + 28 * 86_400 + 3600))
        }
    }

    @Test func `it moves forward only`() async throws {
        try await withClock { world, clock, _ async throws in
            for time in [Self.start, Self.start - 1] {
                #expect(
                    try await world.refusal(
                        .post, "/v1/test_helpers/test_clocks/\(clock)/advance", "frozen_time=\(time)")
                        == "400 invalid_request_error - frozen_time")
            }
        }
    }

    @Test func `the emulator's own clock does not move what belongs to a test clock`() async throws {
        try await withClock { world, clock, customer in
            let form = try await "customer=\(customer)&items[0][price]=\(world.price(1000))"
            let subscription = try await world.post("/v1/subscriptions", form)

            try await world.move(to: "2028-01-01T00:00:00Z")

            #expect(try await world.get("/v1/subscriptions/\(subscription.id)") == subscription)
            let now = try await world.get("/v1/test_helpers/test_clocks/\(clock)").at("frozen_time")
            #expect(now == .integer(Self.start))
        }
    }

    @Test func `its customers are listed by it, and without it the others`() async throws {
        try await withClock { world, clock, customer in
            let other = try await world.customer()

            #expect(try await world.get("/v1/customers", "test_clock=\(clock)").at("data.*.id") == [.string(customer)])
            #expect(try await world.get("/v1/customers").at("data.*.id") == [.string(other)])
        }
    }

    @Test func `the scheduler runs what is due, and forgets responses after a day`() async throws {
        try await StripeWorld.with { world in
            let scheduler = Scheduler(emulator: world.emulator, logger: .init(label: "stripe-test"))
            let session = try await world.session()
            _ = try await world.call(.post, "/v1/customers", "name=Ada", key: "k")
            func isStored() async throws -> Bool {
                let now = world.clock.now
                return try await world.emulator.database.read { try $0.hasResponses(storedBefore: now + .seconds(1)) }
            }

            world.clock.now = world.clock.now + .seconds(86_399)
            try await scheduler.runOnce()
            let before = try await world.get("/v1/checkout/sessions/\(session.id)").at("status")
            let wasStored = try await isStored()
            world.clock.now = world.clock.now + .seconds(2)
            try await scheduler.runOnce()

            let after = try await world.get("/v1/checkout/sessions/\(session.id)").at("status")
            let isStillStored = try await isStored()
            #expect(before == "open" && after == "expired")
            #expect(wasStored && !isStillStored)
        }
    }
}

@testable import Core
import Testing
import TestSupport

/// What was granted for a period is a mark: a plan that is left and taken again at Stripe, or in a portal that allows
/// it, brings nothing that was not paid for.
struct PlanSwitchTests {
    @Test(arguments: TestEngine.available)
    func `five switches in a day bring one month's credits`(on engine: TestEngine) async throws {
        try await PlanWorld.run(on: engine) { world in
            let (basic, pro) = (try await world.price("basic", 1900), try await world.price("pro", 5900))
            let subscription = try await world.subscribe(to: pro)

            #expect(try await world.books(waits: false) == [])

            let smaller = ["granted_beyond_payment: 500.00 , 2000.00 credits"]
            for (price, books) in [(basic, smaller), (pro, []), (basic, smaller), (pro, []), (basic, smaller)] {
                try await world.change(subscription, to: price)
                #expect(try await world.spendable() == 200_000)
                #expect(try await world.brought() == [200_000])
                #expect(try await world.books(waits: false) == books)
            }

            world.world.clock.advance(by: .seconds(3601))
            try await world.change(subscription, to: pro)
            #expect(try await world.brought() == [200_000])
            // Up again came an hour after the last way down.
            let rest = ["granted_beyond_payment: 1997.98, 2000.00 credits"]
            #expect(try await world.books() == rest)
            try await world.move(to: "2026-08-01T02:00:00Z")
            #expect(try await world.spendable() == 200_000)
            #expect(try await world.brought() == [200_000, 200_000])
            #expect(try await world.books() == rest)
        }
    }

    struct Behavior: Sendable, CustomTestStringConvertible {
        let name: String
        /// What up to pro at half time brings at once, in hundredths of credits.
        let atOnce: Int64
        /// What the renewal brings.
        let renewal: Int64
        /// What the books say while the smaller plan took the bigger one's place, for the last 21 of 31 days.
        let smaller: [String]

        var testDescription: String { name }
    }

    static let behaviors = [
        Behavior(
            name: "always_invoice", atOnce: 75_000, renewal: 200_000,
            smaller: ["granted_beyond_payment: 983.87 , 2000.00 credits"]),
        Behavior(name: "create_prorations", atOnce: 0, renewal: 275_000, smaller: []),
        Behavior(name: "none", atOnce: 0, renewal: 200_000, smaller: []),
    ]

    @Test(arguments: TestEngine.available, behaviors)
    func `a bigger plan brings the difference when it is paid for`(
        on engine: TestEngine, behavior: Behavior
    ) async throws {
        try await PlanWorld.run(on: engine) { world in
            let (basic, pro) = (try await world.price("basic", 1900), try await world.price("pro", 5900))
            let subscription = try await world.subscribe(to: basic)
            try await world.move(to: "2026-07-16T12:00:00Z")

            try await world.change(subscription, to: pro, behavior.name)
            #expect(try await world.spendable() == 50_000 + behavior.atOnce)
            #expect(try await world.books() == [])

            try await world.move(to: "2026-08-01T02:00:00Z")
            #expect(try await world.brought().last == behavior.renewal)
            #expect(try await world.books() == [])
        }
    }

    @Test(arguments: TestEngine.available, behaviors)
    func `down and up again brings nothing, and the next month what it pays for`(
        on engine: TestEngine, behavior: Behavior
    ) async throws {
        try await PlanWorld.run(on: engine) { world in
            let (basic, pro) = (try await world.price("basic", 1900), try await world.price("pro", 5900))
            let subscription = try await world.subscribe(to: pro)
            try await world.move(to: "2026-07-11T00:00:00Z")

            for (price, books) in [(basic, behavior.smaller), (pro, []), (basic, behavior.smaller), (pro, [])] {
                try await world.change(subscription, to: price, behavior.name)
                #expect(try await world.brought() == [200_000])
                #expect(try await world.books(waits: false) == books)
            }

            try await world.move(to: "2026-08-01T02:00:00Z")
            #expect(try await world.brought() == [200_000, 200_000])
            #expect(try await world.books() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a year in place of a month, and back again, brings one month's credits`(on engine: TestEngine) async throws {
        try await PlanWorld.run(on: engine) { world in
            let (month, year) = (try await world.price("pro", 5900), try await world.price("pro", 59_000, "year"))
            let subscription = try await world.subscribe(to: month)

            for price in [year, month, year, month] {
                try await world.change(subscription, to: price)
                #expect(try await world.brought() == [200_000])
                #expect(try await world.books(waits: false) == [])
            }
            try await world.move(to: "2026-08-01T02:00:00Z")
            #expect(try await world.spendable() == 200_000)
            #expect(try await world.brought() == [200_000, 200_000])
            #expect(try await world.books() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a year's plan changes from the month on in which it is changed`(on engine: TestEngine) async throws {
        try await PlanWorld.run(on: engine) { world in
            let (basic, pro) = (
                try await world.price("basic", 19_000, "year"), try await world.price("pro", 59_000, "year")
            )
            let subscription = try await world.subscribe(to: pro)
            #expect(try await world.books(waits: false) == [])
            try await world.move(to: "2026-08-01T00:00:00Z")
            // August, which is left for the smaller plan when its credits have come.
            let august = ["granted_beyond_payment: 500.00 , 2000.00 credits"]
            try await world.change(subscription, to: basic)
            #expect(try await world.brought() == [400_000])
            #expect(try await world.books(waits: false) == august)

            try await world.move(to: "2026-09-01T00:00:00Z")
            #expect(try await world.spendable() == 50_000)
            #expect(try await world.books(waits: false) == august)
            try await world.change(subscription, to: pro)
            #expect(try await world.spendable() == 200_000)
            #expect(try await world.books(waits: false) == august)

            try await world.move(to: "2026-10-02T00:00:00Z")
            #expect(try await world.spendable() == 200_000)
            #expect(try await world.brought() == [650_000, 150_000])
            #expect(try await world.books() == august)
        }
    }
}

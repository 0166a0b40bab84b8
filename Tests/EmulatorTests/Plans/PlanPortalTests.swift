@testable import Core
import Testing
import TestSupport

/// A portal in which somebody lets customers switch plans, against the advice of `docs/billing.md`: their own clicks
/// bring nothing that was not paid for, and after each of them the books name what was given back.
struct PlanPortalTests {
    struct Behavior: Sendable, CustomTestStringConvertible {
        let name: String
        /// What the books say after each of the five switches, each an hour after the one before.
        let day: [[String]]
        /// What they say after the renewal, which bills what waited for it.
        let renewal: [String]
        /// What they say after a mere downgrade at half time, and after the renewal that follows.
        let downgrade: [[String]]

        var testDescription: String { name }
    }

    private static let clean: [String] = []

    /// - Parameter paid: How many of the 2,000 credits that were granted are still paid for.
    private static func beyond(_ paid: String) -> [String] { ["granted_beyond_payment: \(paid), 2000.00 credits"] }

    static let behaviors = [
        Behavior(
            name: "always_invoice",
            day: [beyond("502.02 "), beyond("1997.98"), beyond("504.03 "), beyond("1995.96"), beyond("506.04 ")],
            renewal: beyond("506.04 "), downgrade: [beyond("1250.00"), beyond("1250.00")]),
        // Nothing is given back before the renewal.
        Behavior(
            name: "create_prorations", day: [clean, clean, clean, clean, clean], renewal: beyond("506.04 "),
            downgrade: [clean, beyond("1250.00")]),
        Behavior(
            name: "none", day: [clean, clean, clean, clean, clean], renewal: clean, downgrade: [clean, clean]),
    ]

    @Test(arguments: TestEngine.available, behaviors)
    func `five switches in a day bring one month's credits`(on engine: TestEngine, behavior: Behavior) async throws {
        try await PlanWorld.run(on: engine) { world in
            let (basic, pro) = (try await world.price("basic", 1900), try await world.price("pro", 5900))
            let subscription = try await world.subscribe(to: pro)
            try await world.allowSwitching(behavior.name)
            #expect(try await world.books() == [])

            for (price, books) in zip([basic, pro, basic, pro, basic], behavior.day) {
                try await world.switchInPortal(subscription, to: price)
                #expect(try await world.spendable() == 200_000)
                #expect(try await world.brought() == [200_000])
                #expect(try await world.books() == books)
            }

            try await world.move(to: "2026-08-01T02:00:00Z")
            #expect(try await world.spendable() == 50_000)
            #expect(try await world.brought() == [200_000, 50_000])
            #expect(try await world.books() == behavior.renewal)
        }
    }

    @Test(arguments: TestEngine.available, behaviors)
    func `a smaller plan leaves the month's credits, and brings its own from the renewal on`(
        on engine: TestEngine, behavior: Behavior
    ) async throws {
        try await PlanWorld.run(on: engine) { world in
            let (basic, pro) = (try await world.price("basic", 1900), try await world.price("pro", 5900))
            let subscription = try await world.subscribe(to: pro)
            try await world.allowSwitching(behavior.name)
            try await world.move(to: "2026-07-16T12:00:00Z")

            try await world.switchInPortal(subscription, to: basic)

            #expect(try await world.spendable() == 200_000)
            #expect(try await world.brought() == [200_000])
            #expect(try await world.books() == behavior.downgrade[0])
            try await world.move(to: "2026-08-01T02:00:00Z")
            #expect(try await world.spendable() == 50_000)
            #expect(try await world.brought() == [200_000, 50_000])
            #expect(try await world.books() == behavior.downgrade[1])
        }
    }

    @Test(arguments: TestEngine.available, behaviors)
    func `switches within a trial bring nothing, and the month after it is the last plan's`(
        on engine: TestEngine, behavior: Behavior
    ) async throws {
        try await PlanWorld.run(on: engine) { world in
            let (basic, pro) = (try await world.price("basic", 1900), try await world.price("pro", 5900))
            let subscription = try await world.subscribe(to: basic, trialDays: 7)
            try await world.allowSwitching(behavior.name)
            // 7 of 30 days.
            #expect(try await world.brought() == [11_667])
            #expect(try await world.books() == [])

            for price in [pro, basic, pro] {
                try await world.switchInPortal(subscription, to: price)
                #expect(try await world.spendable() == 11_667)
                #expect(try await world.brought() == [11_667])
                #expect(try await world.books() == [])
            }

            try await world.move(to: "2026-07-08T02:00:00Z")
            #expect(try await world.spendable() == 200_000)
            #expect(try await world.brought() == [11_667, 200_000])
            #expect(try await world.books() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `nobody can switch unless somebody allows it at Stripe`(on engine: TestEngine) async throws {
        try await PlanWorld.run(on: engine) { world in
            let (basic, pro) = (try await world.price("basic", 1900), try await world.price("pro", 5900))
            let subscription = try await world.subscribe(to: pro)

            let page = try await world.openPortal()
            #expect(try await world.press("switch", subscription, basic, on: page) == 402)

            try await world.move(to: "2026-08-01T02:00:00Z")
            #expect(try await world.brought() == [200_000, 200_000])
            #expect(try await world.books() == [])
        }
    }
}

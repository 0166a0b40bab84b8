@testable import Core
import Testing
import TestSupport

/// A subscription of several seats brings as many times the plan's credits, from when they are paid for.
struct PlanSeatTests {
    struct Behavior: Sendable, CustomTestStringConvertible {
        let name: String
        /// What has come after three seats at half time, and what after they were given up and taken again.
        let atOnce: [Int64]
        /// What the books say after three seats, after one again, and after three again, each an hour later.
        let day: [[String]]
        /// What the renewal brings, with what waited for it.
        let renewal: Int64
        let afterRenewal: [String]
        /// What the books say after three seats became one, and after the renewal that follows.
        let fewer: [[String]]

        var testDescription: String { name }
    }

    private static let clean: [String] = []

    private static func beyond(_ paid: String, _ granted: Int) -> [String] {
        ["granted_beyond_payment: \(paid), \(granted).00 credits"]
    }

    static let behaviors = [
        Behavior(
            name: "always_invoice", atOnce: [200_000, 200_000],
            day: [clean, beyond("2005.38", 4000), beyond("3994.63", 4000)],
            renewal: 600_000, afterRenewal: beyond("3994.63", 4000),
            fewer: [beyond("4000.00", 6000), beyond("4000.00", 6000)]),
        // The renewal bills what three seats cost in the month before, but for the hour without them, and brings it.
        Behavior(
            name: "create_prorations", atOnce: [200_000], day: [clean, clean, clean], renewal: 799_463,
            afterRenewal: clean, fewer: [clean, beyond("4000.00", 6000)]),
        Behavior(
            name: "none", atOnce: [200_000], day: [clean, clean, clean], renewal: 600_000, afterRenewal: clean,
            fewer: [clean, clean]),
    ]

    @Test(arguments: TestEngine.available, behaviors)
    func `more seats count from when they are paid for, and taking them again brings nothing`(
        on engine: TestEngine, behavior: Behavior
    ) async throws {
        try await PlanWorld.run(on: engine) { world in
            let subscription = try await world.subscribe(to: world.price("pro", 5900))
            #expect(try await world.books() == [])
            try await world.move(to: "2026-07-16T12:00:00Z")

            for (seats, books) in zip([3, 1, 3], behavior.day) {
                try await world.change(subscription, seats: seats, behavior.name)
                #expect(try await world.brought() == behavior.atOnce)
                #expect(try await world.spendable() == behavior.atOnce.reduce(0, +))
                #expect(try await world.books() == books)
            }

            try await world.move(to: "2026-08-01T02:00:00Z")
            #expect(try await world.brought() == behavior.atOnce + [behavior.renewal])
            #expect(try await world.books() == behavior.afterRenewal)
        }
    }

    @Test(arguments: TestEngine.available, behaviors)
    func `fewer seats leave the month's credits, and bring their own from the renewal on`(
        on engine: TestEngine, behavior: Behavior
    ) async throws {
        try await PlanWorld.run(on: engine) { world in
            let subscription = try await world.subscribe(to: world.price("pro", 5900), seats: 3)
            #expect(try await world.brought() == [600_000])
            #expect(try await world.books() == [])
            try await world.move(to: "2026-07-16T12:00:00Z")

            try await world.change(subscription, seats: 1, behavior.name)

            #expect(try await world.spendable() == 600_000)
            #expect(try await world.brought() == [600_000])
            #expect(try await world.books() == behavior.fewer[0])
            try await world.move(to: "2026-08-01T02:00:00Z")
            #expect(try await world.spendable() == 200_000)
            #expect(try await world.brought() == [600_000, 200_000])
            #expect(try await world.books() == behavior.fewer[1])
        }
    }
}

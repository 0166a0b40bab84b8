@testable import Core
import Testing
import TestSupport

/// Credits follow what an invoice's lines span: trials, years and seats that somebody sets up at Stripe.
struct PlanPeriodTests {
    @Test(arguments: TestEngine.available)
    func `a trial brings its share, which ends with it, and then the plan brings its months`(
        on engine: TestEngine
    ) async throws {
        try await PlanWorld.run(on: engine) { world in
            _ = try await world.subscribe(to: world.price("pro", 5900), trialDays: 7)
            #expect(try await world.spendable() == 46_667)
            #expect(try await world.nextReplenishment() == "2026-07-08")
            #expect(try await world.books() == [])

            try await world.move(to: "2026-07-08T02:00:00Z")

            #expect(try await world.spendable() == 200_000)
            #expect(try await world.brought() == [46_667, 200_000])
            #expect(try await world.nextReplenishment() == "2026-08-08")
            #expect(try await world.books() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a second trial of an account brings nothing, and the plan after it does`(on engine: TestEngine) async throws {
        try await PlanWorld.run(on: engine) { world in
            let price = try await world.price("pro", 5900)
            let first = try await world.subscribe(to: price, trialDays: 7)
            #expect(try await world.brought() == [46_667])
            #expect(try await world.books() == [])
            try await world.move(to: "2026-07-06T00:00:00Z")
            try await world.cancel(first)
            #expect(try await world.spendable() == 46_667)
            #expect(try await world.books() == [])

            _ = try await world.subscribe(to: price, trialDays: 14)

            #expect(try await world.brought() == [46_667])
            #expect(try await world.books() == [])
            // The first trial's credits end with the time that it was for.
            try await world.move(to: "2026-07-08T02:00:00Z")
            #expect(try await world.spendable() == 0)
            #expect(try await world.books() == [])
            try await world.move(to: "2026-07-20T04:00:00Z")
            #expect(try await world.spendable() == 200_000)
            #expect(try await world.brought() == [46_667, 200_000])
            #expect(try await world.books() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a trial of a year brings its share too, and then the year brings its months`(
        on engine: TestEngine
    ) async throws {
        try await PlanWorld.run(on: engine) { world in
            _ = try await world.subscribe(to: world.price("pro", 59_000, "year"), trialDays: 7)
            #expect(try await world.spendable() == 46_667)
            #expect(try await world.books() == [])

            try await world.move(to: "2026-07-08T02:00:00Z")
            #expect(try await world.spendable() == 200_000)
            #expect(try await world.brought() == [46_667, 200_000])
            #expect(try await world.nextReplenishment() == "2026-08-08")
            #expect(try await world.books() == [])

            try await world.move(to: "2026-08-09T00:00:00Z")
            #expect(try await world.spendable() == 200_000)
            #expect(try await world.brought() == [46_667, 400_000])
            #expect(try await world.books() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a trial brings nothing if the operator says so`(on engine: TestEngine) async throws {
        try await PlanWorld.run(on: engine, rules: BillingRules(trial: .none)) { world in
            _ = try await world.subscribe(to: world.price("pro", 5900), trialDays: 7)

            #expect(try await world.brought() == [])
            #expect(try await world.books() == [])
            try await world.move(to: "2026-07-08T02:00:00Z")
            #expect(try await world.brought() == [200_000])
            #expect(try await world.books() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a year brings a month's credits each month, which end with the month`(on engine: TestEngine) async throws {
        try await PlanWorld.run(on: engine) { world in
            _ = try await world.subscribe(to: world.price("pro", 59_000, "year"))
            #expect(try await world.spendable() == 200_000)
            #expect(try await world.nextReplenishment() == "2026-08-01")
            #expect(try await world.books() == [])

            for (number, month) in [
                "2026-08", "2026-09", "2026-10", "2026-11", "2026-12", "2027-01", "2027-02", "2027-03", "2027-04",
                "2027-05", "2027-06",
            ].enumerated() {
                try await world.move(to: month + "-02T00:00:00Z")
                #expect(try await world.spendable() == 200_000, "\(month)")
                #expect(try await world.brought() == [Int64(number + 2) * 200_000], "\(month)")
                #expect(try await world.books() == [], "\(month)")
            }
            #expect(try await world.nextReplenishment() == "2027-07-01")

            try await world.move(to: "2027-07-01T02:00:00Z")
            #expect(try await world.brought() == [2_400_000, 200_000])
            #expect(try await world.books() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `months that began while no node ran are granted later, each once`(on engine: TestEngine) async throws {
        try await PlanWorld.run(on: engine) { world in
            _ = try await world.subscribe(to: world.price("pro", 59_000, "year"))
            world.world.clock.now = world.world.clock.now + .seconds(80 * 86_400)
            let missing = "month_not_granted: 2000.00, 0.00 credits"
            #expect(try await world.books() == [missing, missing])

            try await world.settle()

            #expect(try await world.brought() == [600_000])
            // They live for seven days at least.
            #expect(try await world.spendable() == 400_000)
            #expect(try await world.books() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `what is refunded of a year are its last months, and a dispute that is won brings them again`(
        on engine: TestEngine
    ) async throws {
        try await PlanWorld.run(on: engine) { world in
            _ = try await world.subscribe(to: world.price("pro", 60_000, "year"))
            try await world.move(to: "2026-08-02T00:00:00Z")
            try await world.refund(45_000)
            #expect(try await world.spendable() == 200_000)
            #expect(try await world.books() == [])

            try await world.dispute()
            #expect(try await world.spendable() == 0)
            #expect(try await world.books() == [])
            try await world.move(to: "2026-09-02T00:00:00Z")
            #expect(try await world.spendable() == 0)
            #expect(try await world.books() == [])

            try await world.winDispute()
            // The third of the three months that are paid for, and what was taken back of the second: it lives for
            // seven days, as its month is over.
            #expect(try await world.brought() == [600_000])
            #expect(try await world.books() == [])

            try await world.move(to: "2026-12-02T00:00:00Z")
            #expect(try await world.brought() == [600_000])
            #expect(try await world.spendable() == 0)
            #expect(try await world.books() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a year that is left brings nothing more, if its rest is given back`(on engine: TestEngine) async throws {
        try await PlanWorld.run(on: engine) { world in
            let year = try await world.subscribe(to: world.price("pro", 59_000, "year"))
            try await world.move(to: "2026-08-02T00:00:00Z")
            #expect(try await world.brought() == [400_000])

            try await world.cancel(year, returnsRest: true)

            // All but a day of August was given back when its credits had come.
            #expect(try await world.books() == ["granted_beyond_payment: 64.52 c, 2000.00 credits"])
            try await world.move(to: "2026-12-02T00:00:00Z")
            #expect(try await world.brought() == [400_000])
            #expect(try await world.books() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a year that is cancelled without a refund brings its months all the same`(
        on engine: TestEngine
    ) async throws {
        try await PlanWorld.run(on: engine) { world in
            let year = try await world.subscribe(to: world.price("pro", 59_000, "year"))
            try await world.cancel(year)
            #expect(try await world.nextReplenishment() == "2026-08-01")

            try await world.move(to: "2026-09-02T00:00:00Z")

            #expect(try await world.brought() == [600_000])
            #expect(try await world.books() == [])
        }
    }
}

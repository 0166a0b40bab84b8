@testable import Core
import SQL
import Testing
import TestSupport

/// The later months of a year, again and again, with the first, the second, the third commit going wrong, until a run
/// is too short for that.
struct GrantMonthsTests {
    @Test(arguments: TestEngine.available, Faults.Moment.allCases)
    func `whatever fails, each month is granted once`(on engine: TestEngine, moment: Faults.Moment) async throws {
        var before: TestWorld?
        for number in 1... {
            let faults = Faults(number, moment)
            try await BillingWorld.run(on: engine, faults: faults, after: before) { world in
                let actors = [try await world.payForYear(), try await world.payForYear()]
                world.clock.advance(by: .seconds(40 * 86_400))
                faults.arm()
                try await faults.tolerating { _ = try await GrantMonths(world.billing).runOnce() }
                faults.arm(false)

                try await GrantMonths(world.other).runOnce()

                let fault: Comment = "fault \(number): \(faults.met ?? "none")"
                for actor in actors {
                    #expect(try await world.purchases(of: actor).map(\.credits) == [.whole(4000)], fault)
                }
                #expect(try await world.world.differences() == [], fault)
                before = world.world
            }
            if faults.met == nil {
                // One commit for each account.
                #expect(number > 2)
                return
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func `a failure with one account does not keep others from their months`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actors = [try await world.payForYear(), try await world.payForYear()]
            // As if a row had been changed past the product.
            try await world.execute("""
                DELETE FROM balances WHERE account_id = (SELECT MIN(account_id) FROM balances)
                """)
            world.clock.advance(by: .seconds(40 * 86_400))

            await #expect(throws: DatabaseError.self) { try await GrantMonths(world.billing, batch: 1).runOnce() }

            let credits = try await [world.purchases(of: actors[0]), world.purchases(of: actors[1])]
            #expect(credits.flatMap { $0 }.map(\.credits).sorted() == [.whole(2000), .whole(4000)])
        }
    }

    @Test func `months of another Stripe than the one in use do not come`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.payForYear(in: Given.elsewhere)
            world.clock.advance(by: .seconds(40 * 86_400))

            #expect(try await GrantMonths(world.billing).runOnce() == 0)

            #expect(try await world.purchases(of: actor).map(\.credits) == [.whole(2000)])
            #expect(try await world.books().isClean)
        }
    }
}

extension BillingWorld {
    /// A new account whose year of the plan pro is paid for.
    fileprivate func payForYear(in environment: StripeEnvironment? = nil) async throws -> Actor {
        let actor = try await world.account(plan: "free")
        let now = clock.now
        var invoice = try #require(StripeInvoice([
            "id": .string("in_\(actor.account)"), "status": "paid", "amount_paid": 59_000, "currency": "usd",
        ]))
        invoice.lines = [StripeInvoice.Line(
            price: "pro", quantity: 1, amount: 59_000, isProration: false, isCredit: false, start: now,
            end: now + .seconds(365 * 86_400))]
        let facts = InvoiceFacts(
            invoice: invoice, account: actor.account, environment: environment ?? billing.stripe.environment,
            plans: ["pro": Given.pro], event: nil, now: now)
        try await database.write(of: actor.account) {
            try $0.billing.apply(facts.decide(), .dispute, now: now)
        }
        return actor
    }
}

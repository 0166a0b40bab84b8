@testable import Core
import SQL
import Testing
import TestSupport

/// The story of a purchase, a plan, a refund and a dispute, again and again, with the first, the second, the third
/// request to Stripe or commit going wrong, as a kill between any two steps does, until a run is too short for that.
struct EveryPaymentFailureTests {
    @Test(arguments: TestEngine.available, Faults.Moment.allCases)
    func `whatever fails, each payment is booked once`(on engine: TestEngine, moment: Faults.Moment) async throws {
        var before: TestWorld?
        for number in 1... {
            let faults = Faults(number, moment)
            try await BillingWorld.run(on: engine, faults: faults, after: before) { world in
                let actor = try await world.world.account(plan: "free")
                faults.arm()
                try await story(of: actor, in: world, faults)
                faults.arm(false)
                try await world.catchUp()

                let fault: Comment = "fault \(number): \(faults.met ?? "none")"
                #expect(try await world.world.differences() == [], fault)
                #expect(
                    try await world.purchases(of: actor).map(\.credits).sorted() == [.whole(100), .whole(500)], fault)
                // The pack's credits were taken back by half.
                #expect(try await world.balance(of: actor).available == .whole(550), fault)
                #expect(try await world.plan(of: actor) == "basic", fault)
                #expect(try await world.outcomes()["waiting"] == nil, fault)
                #expect(world.stripe.all("customer").count == 1, fault)
                before = world.world
            }
            if faults.met == nil {
                #expect(number > 30, "the story is shorter than it was")
                return
            }
        }
    }

    private func story(of actor: Actor, in world: BillingWorld, _ faults: Faults) async throws {
        let pack = try await retry { try await world.checkout(.pack("small"), by: actor, key: "pack") }.sessionID ?? ""
        world.stripe.pay(pack)
        try await send("checkout.session.completed", pack, world)
        let plan = try await retry { try await world.checkout(.plan("basic"), by: actor, key: "plan") }.sessionID ?? ""
        world.stripe.pay(plan)
        try await send("invoice.paid", world.stripe[plan]["invoice"]?.string ?? "", world)
        try await send("checkout.session.completed", plan, world)
        let charge = world.stripe.charge(for: pack)
        world.stripe.refund(charge, inAll: 250)
        try await send("charge.refunded", charge, world)
        let dispute = world.stripe.dispute(charge, amount: 250)
        try await send("charge.dispute.created", dispute, world)
        world.stripe.set(dispute, ["status": "won"])
        try await send("charge.dispute.closed", dispute, world)
    }

    /// As Stripe does, until it gets a 200; the id stays the same.
    private func send(_ type: String, _ object: String, _ world: BillingWorld) async throws {
        let body = world.stripe.event(type, object)
        try await retry { try await ReceiveStripeEvent(world.billing)(body, signature: world.stripe.sign(body)) }
    }

    /// A person, or Stripe, tries once more.
    private func retry<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch where error is BillingError || error is DatabaseError {
            return try await body()
        }
    }
}

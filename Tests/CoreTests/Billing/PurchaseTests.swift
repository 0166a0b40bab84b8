@testable import Core
import SQL
import Testing
import TestSupport

/// Packs: from the pay page to the credits, whatever Stripe's deliveries do.
struct PurchaseTests {
    @Test(arguments: TestEngine.available)
    func `a pack that is paid brings its credits with the webhook`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let checkout = try await world.checkout(.pack("small"), by: actor)
            #expect(checkout.url == "https://stripe.test/pay/\(checkout.sessionID ?? "")")
            #expect(try await world.balance(of: actor).available == .zero)
            world.stripe.pay(checkout.sessionID ?? "")

            try await world.send("checkout.session.completed", checkout.sessionID ?? "")

            #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
            let purchase = try #require(try await world.purchases(of: actor).first)
            #expect(purchase.key == "checkout:\(checkout.sessionID ?? "")" && purchase.paid == Money(500, "usd"))
            #expect(try await world.database.read { try $0.billing.checkout(checkout.id) }?.state == .paid)
            #expect(try await world.outcomes() == ["applied": 1])
            #expect(try await world.world.differences() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a purchase gives a waiting job the second slot, and so does a dispute that is won`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account(credits: 24, plan: "free")
            let jobs = try await world.world.submit(4, for: actor)
            func slots() async throws -> [Bool] {
                var slots: [Bool] = []
                for job in jobs { slots.append(try await world.world.job(job.id).slotAt != nil) }
                return slots
            }
            #expect(try await slots() == [true, false, false, false])

            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            #expect(try await slots() == [true, true, false, false])

            let dispute = world.stripe.dispute(charge, amount: 500)
            try await world.send("charge.dispute.created", dispute)
            _ = try await world.world.cancelJob(jobs[0].id, by: actor)
            #expect(try await slots() == [false, true, false, false])
            world.stripe.set(dispute, ["status": "won"])
            try await world.send("charge.dispute.closed", dispute)
            #expect(try await slots() == [false, true, true, false])
            #expect(try await world.world.differences() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a double webhook on two nodes at once is one purchase`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.pack("small"), by: actor)

            try await withThrowingTaskGroup(of: Void.self) { group in
                for node in [world.billing, world.other, world.billing, world.other] {
                    group.addTask {
                        try await world.send("checkout.session.completed", session, id: "evt_same", to: node)
                    }
                }
                try await group.waitForAll()
            }

            #expect(try await world.balance(of: actor).available == .whole(100))
            #expect(try await world.purchases(of: actor).count == 1)
            #expect(try await world.outcomes() == ["applied": 1])
            #expect(try await world.world.differences() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `different events of one fact are one purchase`(on engine: TestEngine) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.pack("small"), by: actor)

            for type in ["completed", "completed", "async_payment_succeeded", "expired"] {
                try await world.send("checkout.session.\(type)", session)
            }

            #expect(try await world.balance(of: actor).available == .whole(100))
            #expect(try await world.outcomes() == ["applied": 4])
        }
    }

    @Test func `a delayed payment waits for its money, and brings nothing if it fails`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let good = try await world.checkout(.pack("small"), by: actor)
            let bad = try await world.checkout(.pack("large"), by: actor)
            for checkout in [good, bad] {
                world.stripe.pay(checkout.sessionID ?? "", later: true)
                try await world.send("checkout.session.completed", checkout.sessionID ?? "")
                #expect(try await world.database.read { try $0.billing.checkout(checkout.id) }?.state == .unpaid)
            }
            #expect(try await world.balance(of: actor).available == .zero)

            world.stripe.settle(good.sessionID ?? "")
            try await world.send("checkout.session.async_payment_succeeded", good.sessionID ?? "")
            try await world.send("checkout.session.async_payment_failed", bad.sessionID ?? "")

            #expect(try await world.balance(of: actor).available == .whole(100))
            #expect(try await world.database.read { try $0.billing.checkout(good.id) }?.state == .paid)
            #expect(try await world.database.read { try $0.billing.checkout(bad.id) }?.state == .failed)
        }
    }

    @Test
    func `a customer whom somebody deleted at Stripe is made again, and can buy and see the portal`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            try await world.buy(.pack("small"), by: actor)
            world.stripe.delete(world.stripe.all("customer").last?["id"]?.string ?? "")

            try await world.buy(.pack("small"), by: actor)
            #expect(try await world.balance(of: actor).available == .whole(200))
            world.stripe.delete(world.stripe.all("customer").last?["id"]?.string ?? "")
            _ = try await OpenPortal(world.billing, addresses: world.addresses)(returnURL: nil, by: actor)
            #expect(world.stripe.all("customer").count == 3)
        }
    }

    @Test
    func `a price that somebody archived at Stripe is made again, and a page that had it still counts`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let early = try await world.checkout(.plan("basic"), by: actor).sessionID ?? ""
            let price = world.stripe.all("price").last?["id"]?.string ?? ""
            world.stripe.delete(price)

            let another = try await world.world.account(plan: "free")
            let session = try await world.pay(.plan("basic"), by: another)
            try await world.send("checkout.session.completed", session)
            world.stripe.pay(early)
            try await world.send("checkout.session.completed", early)

            #expect(world.stripe[session]["price"] != .string(price))
            #expect(try await [world.plan(of: actor), world.plan(of: another)] == ["basic", "basic"])
            #expect(world.stripe.all("price").count == 2)
        }
    }

    @Test func `a page that nobody paid expires`() async throws {
        try await BillingWorld.run { world in
            let checkout = try await world.checkout(.pack("small"), by: try await world.world.account())
            world.stripe.set(checkout.sessionID ?? "", ["status": "expired"])

            try await world.send("checkout.session.expired", checkout.sessionID ?? "")

            #expect(try await world.database.read { try $0.billing.checkout(checkout.id) }?.state == .expired)
        }
    }

    @Test func `who comes back from the pay page has the credits before any webhook, and once`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let checkout = try await world.checkout(.pack("small"), by: actor)
            let read = ReadCheckout(world.billing)
            #expect(try await read(checkout.id, by: actor).state == .open)
            world.stripe.pay(checkout.sessionID ?? "")

            #expect(try await read(checkout.id, by: actor).state == .paid)
            try await world.send("checkout.session.completed", checkout.sessionID ?? "")

            #expect(try await world.balance(of: actor).available == .whole(100))
            let stranger = try await world.world.account()
            await #expect(throws: BillingError.checkoutNotFound) { try await read(checkout.id, by: stranger) }
        }
    }

    @Test func `the catalog's amount at the time counts, and a session for another amount does not`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let honest = try await world.checkout(.pack("small"), by: actor)
            try await world.database.write(order: .alone) {
                _ = try $0.execute("UPDATE packs SET credits = 1, price = 999999 WHERE name = 'small'")
            }
            let forged = try await world.checkout(.pack("large"), by: actor)
            for checkout in [honest, forged] { world.stripe.pay(checkout.sessionID ?? "") }
            world.stripe.set(forged.sessionID ?? "", ["amount_subtotal": 1])

            for checkout in [honest, forged] {
                try await world.send("checkout.session.completed", checkout.sessionID ?? "")
            }

            #expect(try await world.balance(of: actor).available == .whole(100))
            #expect(try await world.outcomes() == ["applied": 1, "ignored": 1])
        }
    }

    @Test func `the same key goes to the same page, another body is refused, and a day later it is new`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()

            let first = try await world.checkout(.pack("small"), by: actor, key: "one")
            let again = try await world.checkout(.pack("small"), by: actor, key: "one")
            await #expect(throws: IdempotencyError.keyReused) {
                try await world.checkout(.pack("large"), by: actor, key: "one")
            }
            world.clock.advance(by: .seconds(86_400))
            let later = try await world.checkout(.pack("small"), by: actor, key: "one")

            #expect(again == first && later.id != first.id)
            #expect(world.stripe.all("checkout.session").count == 2)
            #expect(world.stripe.all("customer").count == 1 && world.stripe.all("price").count == 1)
        }
    }

    @Test
    func `a member, an admin of the account and a key are refused, and so is what is not for sale`() async throws {
        try await BillingWorld.run { world in
            let owner = try await world.world.account()
            for role in [MemberRole.admin, .member] {
                let actor = Actor(account: owner.account, user: owner.user, key: nil, role: role, platformRole: .user)
                await #expect(throws: BillingError.notAllowed) { try await world.checkout(.pack("small"), by: actor) }
            }
            let key = Actor(
                account: owner.account, user: nil, key: .make(at: world.clock.now), role: .owner, platformRole: .user)
            await #expect(throws: BillingError.notAllowed) { try await world.checkout(.pack("small"), by: key) }
            for item in [Item.pack("nothing"), .plan("free"), .plan("nothing")] {
                await #expect(throws: BillingError.noSuchItem(item)) { try await world.checkout(item, by: owner) }
            }
            #expect(world.stripe.requests.isEmpty)
        }
    }
}

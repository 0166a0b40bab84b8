@testable import Core
import SQL
import Testing
import TestSupport

/// Money that goes back: refunds, disputes, what is owed for them, and the hold.
struct ClawBackTests {
    @Test(arguments: TestEngine.available)
    func `a refund takes the same share of the credits back, and a second one what is still missing`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))

            world.stripe.refund(charge, inAll: 125)
            try await world.send("charge.refunded", charge)
            #expect(try await world.balance(of: actor).available == .whole(75))
            world.stripe.refund(charge, inAll: 500)
            for _ in 0..<2 { try await world.send("charge.refunded", charge) }

            #expect(try await world.balance(of: actor).available == .zero)
            #expect(try await world.owed(by: actor) == .zero)
            let purchase = try #require(try await world.purchases(of: actor).first)
            #expect(purchase.refunded == 500 && purchase.clawedBack == .whole(100))
            #expect(try await world.world.differences() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a refund whose event comes before the purchase's takes nothing and leaves nothing`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let session = try await world.pay(.pack("small"), by: actor)
            let charge = world.stripe.charge(for: session)
            world.stripe.refund(charge, inAll: 500)

            try await world.send("charge.refunded", charge)
            #expect(try await world.balance(of: actor).available == .zero)
            #expect(try await world.purchases(of: actor).first?.clawedBack == .whole(100))
            try await world.send("checkout.session.completed", session)

            #expect(try await world.balance(of: actor).available == .zero)
            #expect(try await world.owed(by: actor) == .zero)
            #expect(try await world.outcomes() == ["applied": 2])
            #expect(try await world.world.differences() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a dispute after the credits were spent leaves a debt, which the next purchase pays first`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            try await world.spend(60, of: actor)

            let dispute = world.stripe.dispute(charge, amount: 500)
            try await world.send("charge.dispute.created", dispute)
            #expect(try await world.balance(of: actor).available == .zero)
            #expect(try await world.owed(by: actor) == .whole(60))
            try await world.buy(.pack("small"), by: actor)

            #expect(try await world.balance(of: actor).available == .whole(40))
            #expect(try await world.owed(by: actor) == .zero)
            #expect(try await world.world.differences() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a dispute that is won forgives what is owed and gives back what was taken`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            try await world.spend(30, of: actor)
            let dispute = world.stripe.dispute(charge, amount: 500)
            try await world.send("charge.dispute.created", dispute)
            #expect(try await world.owed(by: actor) == .whole(30))

            world.stripe.set(dispute, ["status": "won"])
            for _ in 0..<2 { try await world.send("charge.dispute.closed", dispute) }

            #expect(try await world.owed(by: actor) == .zero)
            #expect(try await world.balance(of: actor).available == .whole(70))
            #expect(try await world.purchases(of: actor).first?.clawedBack == .zero)
            #expect(try await world.world.differences() == [])
        }
    }

    @Test func `a dispute's end whose event comes first is the end`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            let dispute = world.stripe.dispute(charge, amount: 500, status: "won")

            try await world.send("charge.dispute.closed", dispute)
            try await world.send("charge.dispute.created", dispute)

            #expect(try await world.balance(of: actor).available == .whole(100))
        }
    }

    @Test func `a warning of a dispute takes nothing, and neither does one that was prevented`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            for status in ["warning_needs_response", "prevented"] {
                try await world.send(
                    "charge.dispute.created", world.stripe.dispute(charge, amount: 500, status: status))
            }

            #expect(try await world.balance(of: actor).available == .whole(100))
        }
    }

    @Test func `a refund that fails gives the credits back`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            world.stripe.refund(charge, inAll: 500)
            try await world.send("charge.refunded", charge)
            world.stripe.refund(charge, inAll: 0)

            try await world.send("charge.refunded", charge)

            #expect(try await world.balance(of: actor).available == .whole(100))
            #expect(try await world.world.differences() == [])
        }
    }

    @Test func `a refund and a dispute together take no more than there was`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(credits: 500)
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            world.stripe.refund(charge, inAll: 300)
            try await world.send("charge.refunded", charge)

            try await world.send("charge.dispute.created", world.stripe.dispute(charge, amount: 500))

            #expect(try await world.balance(of: actor).available == .whole(500))
            #expect(try await world.owed(by: actor) == .zero)
        }
    }

    @Test
    func `the purchase's own credits go first, then those that expire soonest, and a job's not at all`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let now = world.clock.now
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            try await world.database.write(of: actor.account) {
                try $0.ledger.grant(.bonus, .whole(20), to: actor.account, key: "late", now: now)
                _ = try $0.ledger.grant(
                    .bonus, .whole(20), to: actor.account, key: "soon", expiresAt: now + .seconds(86_400), now: now)
            }
            // Takes the bonus that expires first, and some of what was bought; it is not done yet.
            for _ in 0..<2 { try await world.world.submit(for: actor, images: 4) }
            world.stripe.refund(charge, inAll: 500)

            try await world.send("charge.refunded", charge)

            #expect(try await world.balance(of: actor) == Balance(available: .zero, reserved: .whole(48)))
            #expect(try await world.owed(by: actor) == .whole(8))
            try await world.world.workUntilEnded(actor)
            #expect(try await world.world.differences() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `while a disputed payment is owed new jobs wait, and go on once it is paid`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account(plan: "free")
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            try await world.spend(60, of: actor)
            let lost = world.stripe.dispute(charge, amount: 500, status: "lost")
            try await world.send("charge.dispute.closed", lost)
            let now = world.clock.now
            try await world.database.write(of: actor.account) {
                try $0.ledger.grant(.bonus, .whole(20), to: actor.account, key: "gift", now: now)
            }

            let held = try await world.world.submit(3, for: actor)
            #expect(held.allSatisfy { $0.state == .pending })
            try await world.buy(.pack("small"), by: actor)

            var jobs: [Job] = []
            for job in held { jobs.append(try await world.world.job(job.id)) }
            #expect(jobs.allSatisfy { $0.state == .queued && $0.holdReason == nil })
            // Two at once, since some of what was bought is left.
            #expect(jobs.map { $0.slotAt != nil } == [true, true, false])
            #expect(try await world.world.events(of: jobs[0].id, actor) == [.held, .queued])
            try await world.world.workUntilEnded(actor)
            #expect(try await world.world.job(jobs[2].id).state == .completed)
            #expect(try await world.world.differences() == [])
        }
    }

    @Test func `where the operator holds nobody, nobody is held, and an operator's own hold stays`() async throws {
        try await BillingWorld.run(rules: BillingRules(hold: .never)) { world in
            let actor = try await world.world.account()
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            try await world.spend(60, of: actor)
            try await world.send("charge.dispute.created", world.stripe.dispute(charge, amount: 500))
            let now = world.clock.now
            try await world.database.write(of: actor.account) { transaction in
                try transaction.ledger.grant(.bonus, .whole(20), to: actor.account, key: "gift", now: now)
            }

            #expect(try await world.world.submit(for: actor).state == .queued)
            try await world.database.write(of: actor.account) {
                _ = try $0.execute("UPDATE accounts SET held_at = 1 WHERE id = $1", actor.account)
            }
            try await world.buy(.pack("small"), by: actor)

            #expect(try await world.world.submit(for: actor).state == .pending)
        }
    }

    @Test func `an old dispute that is owed nothing does not hold for the debt of a refund`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let one = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            try await world.send("charge.dispute.closed", world.stripe.dispute(one, amount: 500, status: "lost"))
            let two = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            try await world.spend(60, of: actor)
            world.stripe.refund(two, inAll: 500)

            try await world.send("charge.refunded", two)

            #expect(try await world.owed(by: actor) == .whole(60))
            #expect(try await world.isHeld(actor) == false)
        }
    }

    @Test func `where the operator holds nobody any more, those who were held go on`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account()
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            try await world.spend(60, of: actor)
            try await world.send("charge.dispute.created", world.stripe.dispute(charge, amount: 500))
            #expect(try await world.isHeld(actor))

            try await LiftHolds(world.billing).runOnce()
            #expect(try await world.isHeld(actor))
            try await LiftHolds(world.with(BillingRules(hold: .never))).runOnce()
            #expect(try await world.isHeld(actor) == false)
        }
    }

    @Test
    func `what paid for a month is found for its refund, even if its invoice did not name it at first`() async throws {
        try await BillingWorld.run { world in
            let actor = try await world.world.account(plan: "free")
            let session = try await world.pay(.plan("basic"), by: actor)
            let invoice = world.stripe[session]["invoice"]?.string ?? ""
            let payments = world.stripe[invoice]["payments"] ?? .null
            world.stripe.set(invoice, ["payments": ["data": []]])
            try await world.send("invoice.paid", invoice)
            world.stripe.set(invoice, ["payments": payments])
            let charge = world.stripe.charge(for: invoice)
            world.stripe.refund(charge, inAll: 1900)

            try await world.send("charge.refunded", charge)
            try await world.send("charge.refunded", charge)

            #expect(try await world.balance(of: actor).available == .zero)
        }
    }

    @Test
    func `in a history a debt's payment is behind what it was paid from, and the last has the balance`() async throws {
        try await BillingWorld.run { world in
            // Several times, as chance would have it right now and then.
            for _ in 1...5 {
                let actor = try await world.world.account()
                let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
                try await world.spend(36, of: actor)
                world.stripe.refund(charge, inAll: 500)
                try await world.send("charge.refunded", charge)
                world.clock.advance(by: .seconds(1))
                try await world.buy(.pack("medium"), by: actor)

                let lines = try await world.database.read {
                    try $0.query(
                        "SELECT kind, available_after FROM transactions WHERE account_id = $1 ORDER BY id DESC LIMIT 2",
                        actor.account)
                        .map { try ($0.get("kind", as: String.self), $0.get("available_after", as: Credits.self)) }
                }
                #expect(lines.map(\.0) == ["claw_back", "purchase"])
                #expect(lines.map(\.1) == [.whole(464), .whole(500)])
            }
        }
    }

    @Test func `a charge that paid for nothing here is ignored`() async throws {
        try await BillingWorld.run { world in
            let charge = world.stripe.dispute("ch_none", amount: 5)
            world.stripe.set(charge, ["object": "charge", "payment_intent": "pi_none"])

            try await world.send("charge.refunded", charge)

            #expect(try await world.outcomes() == ["ignored": 1])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a history says which purchase a line is about, and why credits are taken back`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            let first = try #require(try await world.purchases(of: actor).first).id
            try await world.spend(60, of: actor)
            world.stripe.refund(charge, inAll: 125)
            world.clock.advance(by: .seconds(1))
            try await world.send("charge.refunded", charge)
            let dispute = world.stripe.dispute(charge, amount: 375)
            world.clock.advance(by: .seconds(1))
            try await world.send("charge.dispute.created", dispute)
            world.clock.advance(by: .seconds(1))
            try await world.buy(.pack("small"), by: actor)
            let second = try #require(try await world.purchases(of: actor).first).id
            world.stripe.set(dispute, ["status": "won"])
            world.clock.advance(by: .seconds(1))
            try await world.send("charge.dispute.closed", dispute)

            let all = try await world.lines(of: actor).filter { !$0.kind.isOfJobs }

            let expected = [
                Seen(.purchase, 10_000, first, nil), Seen(.clawBack, -2_500, first, .refund),
                Seen(.clawBack, -1_500, first, .dispute), Seen(.purchase, 10_000, second, nil),
                // What was owed for the first, and what came back when the dispute was won.
                Seen(.clawBack, -6_000, first, .dispute), Seen(.clawBack, 7_500, first, .dispute),
            ]
            #expect(all.reversed().map { Seen($0) } == expected)
            let clawBacks = try await world.lines(of: actor, .clawBack)
            #expect(clawBacks.reversed().map { Seen($0) } == expected.filter { $0.kind == .clawBack })
            #expect(try await world.lines(of: actor, .purchase).map(\.purchase) == [second, first])
            #expect(try await world.lines(of: actor, .adjustment).isEmpty)
            #expect(try await world.world.differences() == [])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a balance is explained with what was taken back, and nothing of it as moved`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            let charge = world.stripe.charge(for: try await world.buy(.pack("small"), by: actor))
            world.stripe.refund(charge, inAll: 250)
            world.clock.advance(by: .seconds(1))
            try await world.send("charge.refunded", charge)
            world.stripe.refund(charge, inAll: 0)
            world.clock.advance(by: .seconds(1))
            try await world.send("charge.refunded", charge)
            world.stripe.refund(charge, inAll: 500)
            world.clock.advance(by: .seconds(1))
            try await world.send("charge.refunded", charge)
            let now = world.clock.now

            let purchase = try #require(try await world.purchases(of: actor).first)
            let (explanation, entries) = try await world.database.read {
                (
                    try $0.ledger.explanation(of: actor.account, at: now),
                    try $0.ledger.lotEntries(purchase.lot, of: actor.account, at: now, before: nil, limit: 10)
                )
            }

            // The lot that was bought, and that which the failed refund brought back: both are empty again.
            let lots = explanation.lots.map { [$0.granted, $0.clawedBack, $0.available, $0.moved] }
            #expect(Set(lots) == [
                [.whole(100), .whole(100), .zero, .zero], [.whole(50), .whole(50), .zero, .zero],
            ])
            #expect(entries?.map(\.kind) == [.clawBack, .clawBack, .purchase])
            #expect(entries?.map(\.purchase) == [purchase.id, purchase.id, purchase.id])
            #expect(entries?.map(\.reason) == [.refund, .refund, nil])
        }
    }

    @Test(arguments: TestEngine.available)
    func `lines of before claw-backs had a kind stay as they are, and are shown as claw-backs`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account()
            try await world.buy(.pack("small"), by: actor)
            let purchase = try #require(try await world.purchases(of: actor).first)
            for key in ["claw_back:\(purchase.id):1", "operator:gift"] {
                world.clock.advance(by: .seconds(1))
                let (id, now) = (ID<LedgerTransaction>.make(at: world.clock.now), world.clock.now)
                try await world.database.write(of: actor.account) { transaction in
                    try transaction.ledger.insertEntries(
                        id, 0, from: .customer(.available, actor.account, purchase.lot), to: .house(.purchases),
                        .whole(1))
                    try transaction.execute("""
                        INSERT INTO transactions
                            (id, kind, key, account_id, amount, available_after, reserved_after, created_at)
                        VALUES ($1, 'adjustment', $2, $3, -100, 0, 0, $4)
                        """, id, key, actor.account, now)
                }
            }

            let lines = try await world.lines(of: actor)
            try #require(lines.map(\.kind) == [.adjustment, .clawBack, .purchase])
            #expect(lines.map(\.purchase) == [nil, purchase.id, purchase.id] && lines[1].reason == nil)
            #expect(try await world.lines(of: actor, .clawBack) == [lines[1]])
            #expect(try await world.lines(of: actor, .adjustment) == [lines[0]])
            let now = world.clock.now
            let explained = try await world.database.read { try $0.ledger.explanation(of: actor.account, at: now) }
            // What an operator took is no claw-back.
            #expect(explained.lots.first?.clawedBack == .whole(1) && explained.lots.first?.moved == .whole(1))
        }
    }

    @Test(arguments: [(0, 0, 0), (1, 0, 3333), (0, 2, 6667), (2, 2, 10_000), (9, 0, 10_000), (-1, 0, 0)])
    func `the share is rounded half away from zero, and is the whole at most`(
        refunded: Int64, disputed: Int64, expected: Int64
    ) {
        let purchase = Purchase(
            id: .make(at: Instant(seconds: 0)), account: .make(at: Instant(seconds: 0)), source: .checkout, key: "",
            item: .pack("x"), credits: .whole(100), lot: .make(at: Instant(seconds: 0)), paid: Money(3, "usd"),
            environment: StripeEnvironment(rawValue: ""), paymentIntent: nil, refunded: 0,
            disputed: 0, clawedBack: .zero, revision: 0, createdAt: Instant(seconds: 0))

        #expect(purchase.clawBack(refunded: refunded, disputed: disputed) == Credits(hundredths: expected))
    }
}

/// What a line says about a purchase.
private struct Seen: Equatable {
    let kind: TransactionKind
    let amount: Credits
    let purchase: ID<Purchase>?
    let reason: ClawBackReason?

    init(_ kind: TransactionKind, _ hundredths: Int64, _ purchase: ID<Purchase>?, _ reason: ClawBackReason?) {
        self.kind = kind
        amount = Credits(hundredths: hundredths)
        self.purchase = purchase
        self.reason = reason
    }

    init(_ line: LedgerLine) {
        self.init(line.kind, line.amount.hundredths, line.purchase, line.reason)
    }
}

extension BillingWorld {
    /// Newest first.
    fileprivate func lines(of actor: Actor, _ kind: TransactionKind? = nil) async throws -> [LedgerLine] {
        try await database.read {
            try $0.ledger.history(of: actor.account, HistoryFilter(kind: kind), before: nil, limit: 100)
        }
    }
}

@testable import Core
import SQL
import Testing
import TestSupport

struct LedgerCheckTests {
    /// A rule, and what breaks it. Triggers and foreign keys are disabled by then.
    struct Damage: Sendable, CustomTestStringConvertible {
        let rule: String
        let statement: String
        var testDescription: String { rule }
    }

    static let damages = [
        Damage(
            rule: "a transaction's entries sum to zero",
            statement: "UPDATE entries SET amount = amount + 1 WHERE position = 1"),
        Damage(
            rule: "every entry belongs to a transaction",
            statement: "DELETE FROM transactions WHERE kind = 'capture'"),
        Damage(rule: "every transaction has entries", statement: """
            INSERT INTO transactions (id, kind, key, account_id, amount, available_after, reserved_after, created_at)
            SELECT 'x', 'bonus', 'x', account_id, 5, 0, 0, 0 FROM balances LIMIT 1
            """),
        Damage(
            rule: "a transaction's amount equals the sum of its positive entries",
            statement: "UPDATE transactions SET amount = amount + 1 WHERE kind = 'bonus'"),
        Damage(
            rule: "a transaction's amount equals the sum of its positive entries",
            statement: "UPDATE transactions SET amount = amount + 1 WHERE kind = 'reserve'"),
        Damage(
            rule: "a transaction's amount equals the sum of its positive entries",
            statement: "UPDATE transactions SET amount = amount + 1 WHERE kind = 'capture'"),
        Damage(
            rule: "a transaction's amount equals the sum of its positive entries",
            statement: "UPDATE transactions SET amount = amount + 1 WHERE kind = 'release'"),
        Damage(
            rule: "a balance is the sum of its entries (available)",
            statement: "UPDATE balances SET available = available + 1"),
        Damage(
            rule: "a balance is the sum of its entries (reserved)",
            statement: "UPDATE balances SET reserved = reserved + 1"),
        Damage(rule: "an account with entries or lots has a balance", statement: "DELETE FROM balances"),
        Damage(
            rule: "a balance's allocated credits equal the sum of its transactions",
            statement: "UPDATE balances SET allocated = allocated + 1"),
        Damage(
            rule: "a balance's available credits equal the sum of its lots",
            statement: "UPDATE lots SET remaining = remaining - 1 WHERE remaining > 0"),
        Damage(
            rule: "a lot's remaining credits equal the sum of its entries",
            statement: "UPDATE lots SET remaining = remaining - 1 WHERE remaining > 0"),
        Damage(rule: "a lot that expired before the last expiry run has no credits left", statement: """
            INSERT INTO scheduled_tasks (name, due_at, ran_at)
            VALUES ('expire lots', 0, 4000000000000); UPDATE lots SET expires_at = 5 WHERE remaining > 0
            """),
        Damage(
            rule: "a lot is marked as expired exactly if the ledger has booked its expiry",
            statement: "UPDATE lots SET expired_at = NULL"),
        Damage(
            rule: "a lot is marked as expired exactly if the ledger has booked its expiry",
            statement: "DELETE FROM transactions WHERE kind = 'expire'"),
        Damage(
            rule: "a spend counter equals the credits reserved and not released",
            statement: "UPDATE spend_counters SET spent = spent + 1"),
        Damage(rule: "a spend counter equals the credits reserved and not released", statement: """
            UPDATE spend_counters SET spent = spent - 1 WHERE scope = 'member' AND spent > 0
            """),
        Damage(rule: "every spend counter has a limit", statement: "DELETE FROM spend_limits WHERE scope = 'account'"),
        Damage(
            rule: "a balance records whether its account has limits",
            statement: "UPDATE balances SET has_limits = 0"),
        Damage(
            rule: "a balance's reserved credits equal its open reservations",
            statement: "UPDATE reservations SET amount = amount + 1 WHERE ended_at IS NULL"),
        Damage(rule: "a job's reservation is open until the job ends", statement: """
            UPDATE reservations SET ended_at = 5, released = amount WHERE ended_at IS NULL
            """),
        Damage(rule: "a job's reservation is open until the job ends", statement: """
            DELETE FROM reservations
            """),
        Damage(rule: "a reservation belongs to a job", statement: """
            INSERT INTO reservations (job_id, account_id, amount, created_at) SELECT 'nobody', account_id, 0, 0
            FROM balances
            """),
        Damage(
            rule: "a reservation's amount equals the price of its job",
            statement: "UPDATE jobs SET price = price - 1"),
        Damage(rule: "a reservation matches the ledger (amount)", statement: """
            UPDATE reservations SET amount = amount + 1, released = released + 1 WHERE ended_at IS NOT NULL
            """),
        Damage(rule: "a reservation matches the ledger (captured)", statement: """
            UPDATE reservations SET captured = captured - 1, released = released + 1 WHERE captured > 0
            """),
        Damage(rule: "a reservation matches the ledger (released)", statement: """
            UPDATE reservations SET captured = captured - 1, released = released + 1 WHERE captured > 0
            """),
        Damage(
            rule: "a failed or cancelled job costs nothing",
            statement: "UPDATE jobs SET state = 'cancelled' WHERE state = 'completed'"),
        Damage(rule: "a completed job has its outputs", statement: "DELETE FROM assets WHERE output_index = 1"),
        Damage(rule: "a job's events are numbered without gaps", statement: "DELETE FROM job_events WHERE seq = 2"),
        Damage(
            rule: "an account's events are numbered without gaps",
            statement: "UPDATE accounts SET event_seq = event_seq + 1"),
        Damage(
            rule: "an account's slot count equals the number of its jobs with a slot",
            statement: "UPDATE accounts SET slots_used = slots_used + 1"),
        Damage(rule: "a processing job has exactly one open attempt", statement: """
            UPDATE attempts SET state = 'lost', ended_at = 5, due_at = NULL WHERE ended_at IS NULL
            """),
        Damage(
            rule: "an entry belongs to the account of its lot",
            statement: "UPDATE entries SET account_id = 'nobody' WHERE book = 'reserved'"),
        Damage(
            rule: "a reservation belongs to the account of its job",
            statement: "UPDATE reservations SET account_id = 'nobody' WHERE ended_at IS NULL"),
        Damage(
            rule: "an event belongs to a job of its account",
            statement: "UPDATE job_events SET job_id = 'nobody' WHERE account_seq = 1"),
        Damage(
            rule: "an event belongs to a job of its account",
            statement: "UPDATE job_events SET account_id = 'nobody'"),
        Damage(rule: "a job's kind, endpoint and price exist", statement: "UPDATE jobs SET kind = 'nothing'"),
        Damage(rule: "a job's kind, endpoint and price exist", statement: "UPDATE jobs SET endpoint = 'nowhere'"),
        Damage(rule: "a job's kind, endpoint and price exist", statement: "UPDATE jobs SET price_version = 0"),
        Damage(
            rule: "a purchase is booked with its amount of credits",
            statement: "UPDATE purchases SET credits = credits + 1"),
        Damage(rule: "every booking of purchased credits has a purchase", statement: "DELETE FROM purchases"),
        Damage(
            rule: "the months of a plan's invoice add up to its purchase",
            statement: "UPDATE plan_months SET granted = 1"),
        Damage(
            rule: "credits taken back from a purchase are booked or owed",
            statement: "UPDATE purchases SET clawed_back = 1"),
        Damage(rule: "a claw-back names a purchase of its account", statement: """
            INSERT INTO transactions (id, kind, key, account_id, amount, available_after, reserved_after, created_at)
            SELECT 'x', 'claw_back', 'claw_back:nobody:1:refund', account_id, -5, 0, 0, 0 FROM balances
            """),
        Damage(rule: "what is paid of a debt is booked", statement: """
            INSERT INTO debts (id, account_id, purchase_id, key, amount, paid, created_at)
            SELECT 'x', account_id, id, 'x', 10, 5, 0 FROM purchases
            """),
        Damage(
            rule: "a balance's owed credits equal the sum of its open debts",
            statement: "UPDATE balances SET owed = owed + 1"),
        Damage(rule: "the requester of a job is known", statement: "UPDATE jobs SET created_by = 'nobody'"),
        Damage(rule: "the requester of a job is known", statement: "UPDATE jobs SET key_id = 'nobody'"),
    ]

    @Test func `a ledger that is in order shows no difference`() async throws {
        let world = try await lived()

        let report = try await LedgerCheck(world.database)()

        #expect(report.isClean)
        #expect(report.checks.count == LedgerCheckRule.all.count)
        #expect(report.transactions == 9)
        #expect(report.entries == 18)
    }

    @Test func `every rule has a damage that it finds`() {
        #expect(Set(LedgerCheckTests.damages.map(\.rule)) == Set(LedgerCheckRule.all.map(\.name)))
    }

    @Test(arguments: damages)
    func `a damage is found, by the name of the rule that it breaks`(damage: Damage) async throws {
        let world = try await lived()
        try await layBare(world.database)

        try await world.database.write(order: .alone) { transaction in
            for statement in damage.statement.split(separator: ";") {
                _ = try transaction.execute(Statement(stringLiteral: String(statement)))
            }
        }

        let report = try await LedgerCheck(world.database)()
        let difference = try #require(report.differences.first { $0.rule == damage.rule })
        #expect(!difference.subject.isEmpty)
        #expect(difference.expected != difference.found)
        #expect(!report.isClean)
    }

    /// One job completed for three of its four pictures, one processing, one waiting; a lot that has expired; limits.
    private func lived() async throws -> TestWorld {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 100)
        let now = world.clock.now
        try await world.database.write(order: .alone) { transaction in
            try transaction.ledger.grant(
                .bonus, .whole(1), to: actor.account, key: "short-lived", expiresAt: now, now: now)
            try transaction.execute(
                "INSERT INTO members (account_id, user_id, role, created_at) VALUES ($1, $2, 'owner', 0)",
                actor.account, actor.user)
        }
        try await ExpireLots(database: world.database, time: world.clock.time).runOnce()
        try await world.database.write(of: actor.account) { transaction in
            _ = try transaction.billing.book(
                NewPurchase(
                    account: actor.account, source: .checkout, key: "checkout:cs_1", item: .pack("small"),
                    credits: .whole(10),
                    paid: Money(500, "usd"), environment: StripeEnvironment(rawValue: "stripe.test test"),
                    paymentIntent: "pi_1", expiresAt: nil),
                .dispute, now: now + .milliseconds(1))
            // One that has brought nothing yet.
            try transaction.billing.put(
                [PlanMonth(
                    invoice: "invoice:in_1", position: 0, start: now, end: now + .seconds(86_400), expiresAt: now,
                    countsAt: now, credits: .whole(1))],
                of: NewPurchase(
                    account: actor.account, source: .invoice, key: "invoice:in_1", item: .plan("pro"), credits: .zero,
                    paid: Money(0, "usd"), environment: StripeEnvironment(rawValue: "stripe.test test"),
                    paymentIntent: nil, expiresAt: nil), now: now)
        }
        let limits = SpendLimits(database: world.database, time: world.clock.time)
        for scope in [SpendLimit.Scope.account, .member(try #require(actor.user))] {
            _ = try await limits.set(scope, [.day: .whole(99), .month: .whole(99)], by: actor)
        }
        let job = try await world.submit(for: actor, images: 4)
        try await world.work()
        world.provider.finishAll(missing: 1)
        world.clock.advance(by: .seconds(2))
        try await world.work()
        #expect(try await world.job(job.id).state == .completed)
        try await world.submit(for: actor)
        try await world.work()
        try await world.submit(for: actor)
        return world
    }

    /// Removes the constraints, so that damage can be done. A table made from a query has none.
    private func layBare(_ database: Database) async throws {
        try await database.write(order: .alone) { transaction in
            for row in try transaction.query("SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
                try transaction.execute(Statement(stringLiteral: "DROP TRIGGER \(row.get("name", as: String.self))"))
            }
            try transaction.execute("CREATE TABLE bare AS SELECT * FROM entries")
            try transaction.execute("DROP TABLE entries")
            try transaction.execute("ALTER TABLE bare RENAME TO entries")
        }
    }
}

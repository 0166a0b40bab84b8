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
        Damage(rule: "every entry has its transaction", statement: "DELETE FROM transactions WHERE kind = 'capture'"),
        Damage(rule: "every transaction has entries", statement: """
            INSERT INTO transactions (id, kind, key, account_id, amount, available_after, reserved_after, created_at)
            SELECT 'x', 'bonus', 'x', account_id, 5, 0, 0, 0 FROM balances LIMIT 1
            """),
        Damage(
            rule: "a transaction's amount is what its entries moved",
            statement: "UPDATE transactions SET amount = amount + 1 WHERE kind = 'bonus'"),
        Damage(
            rule: "a transaction's amount is what its entries moved",
            statement: "UPDATE transactions SET amount = amount + 1 WHERE kind = 'reserve'"),
        Damage(
            rule: "a transaction's amount is what its entries moved",
            statement: "UPDATE transactions SET amount = amount + 1 WHERE kind = 'capture'"),
        Damage(
            rule: "a transaction's amount is what its entries moved",
            statement: "UPDATE transactions SET amount = amount + 1 WHERE kind = 'release'"),
        Damage(
            rule: "a balance is the sum of its entries (available)",
            statement: "UPDATE balances SET available = available + 1"),
        Damage(
            rule: "a balance is the sum of its entries (reserved)",
            statement: "UPDATE balances SET reserved = reserved + 1"),
        Damage(rule: "an account with entries or lots has a balance", statement: "DELETE FROM balances"),
        Damage(
            rule: "what was ever allocated is the sum of its transactions",
            statement: "UPDATE balances SET allocated = allocated + 1"),
        Damage(
            rule: "what is left of the lots is what is available",
            statement: "UPDATE lots SET remaining = remaining - 1 WHERE remaining > 0"),
        Damage(
            rule: "what is left of a lot is the sum of its entries",
            statement: "UPDATE lots SET remaining = remaining - 1 WHERE remaining > 0"),
        Damage(rule: "nothing is left of a lot that had expired when the duty last looked", statement: """
            INSERT INTO scheduled_tasks (name, due_at, ran_at)
            VALUES ('expire lots', 0, 4000000000000); UPDATE lots SET expires_at = 5 WHERE remaining > 0
            """),
        Damage(rule: "a lot has ended where its end is booked", statement: "UPDATE lots SET expired_at = NULL"),
        Damage(
            rule: "a lot has ended where its end is booked",
            statement: "DELETE FROM transactions WHERE kind = 'expire'"),
        Damage(
            rule: "what is counted of a limit is what was reserved and not released",
            statement: "UPDATE spend_counters SET spent = spent + 1"),
        Damage(rule: "what is counted of a limit is what was reserved and not released", statement: """
            UPDATE spend_counters SET spent = spent - 1 WHERE scope = 'member' AND spent > 0
            """),
        Damage(rule: "what is counted has a limit", statement: "DELETE FROM spend_limits WHERE scope = 'account'"),
        Damage(rule: "a balance says whether its account has limits", statement: "UPDATE balances SET has_limits = 0"),
        Damage(
            rule: "open reservations are what is reserved",
            statement: "UPDATE reservations SET amount = amount + 1 WHERE ended_at IS NULL"),
        Damage(rule: "a live job has an open reservation, an ended one has an ended one", statement: """
            UPDATE reservations SET ended_at = 5, released = amount WHERE ended_at IS NULL
            """),
        Damage(rule: "a live job has an open reservation, an ended one has an ended one", statement: """
            DELETE FROM reservations
            """),
        Damage(rule: "a reservation belongs to a job", statement: """
            INSERT INTO reservations (job_id, account_id, amount, created_at) SELECT 'nobody', account_id, 0, 0
            FROM balances
            """),
        Damage(rule: "a reservation is its job's price", statement: "UPDATE jobs SET price = price - 1"),
        Damage(rule: "a reservation says what the ledger says (amount)", statement: """
            UPDATE reservations SET amount = amount + 1, released = released + 1 WHERE ended_at IS NOT NULL
            """),
        Damage(rule: "a reservation says what the ledger says (captured)", statement: """
            UPDATE reservations SET captured = captured - 1, released = released + 1 WHERE captured > 0
            """),
        Damage(rule: "a reservation says what the ledger says (released)", statement: """
            UPDATE reservations SET captured = captured - 1, released = released + 1 WHERE captured > 0
            """),
        Damage(
            rule: "nobody pays for nothing",
            statement: "UPDATE jobs SET state = 'cancelled' WHERE state = 'completed'"),
        Damage(rule: "a completed job has its outputs", statement: "DELETE FROM assets WHERE output_index = 1"),
        Damage(rule: "a job's events have no holes", statement: "DELETE FROM job_events WHERE seq = 2"),
        Damage(rule: "an account's events have no holes", statement: "UPDATE accounts SET event_seq = event_seq + 1"),
        Damage(
            rule: "an account's concurrent jobs are counted",
            statement: "UPDATE accounts SET slots_used = slots_used + 1"),
        Damage(rule: "a processing job has one attempt under way", statement: """
            UPDATE attempts SET state = 'lost', ended_at = 5, due_at = NULL WHERE ended_at IS NULL
            """),
        Damage(
            rule: "an entry is of its lot's account",
            statement: "UPDATE entries SET account_id = 'nobody' WHERE book = 'reserved'"),
        Damage(
            rule: "a reservation is of its job's account",
            statement: "UPDATE reservations SET account_id = 'nobody' WHERE ended_at IS NULL"),
        Damage(
            rule: "an event has its job, of its account",
            statement: "UPDATE job_events SET job_id = 'nobody' WHERE account_seq = 1"),
        Damage(rule: "an event has its job, of its account", statement: "UPDATE job_events SET account_id = 'nobody'"),
        Damage(rule: "a job asks for what the catalog has", statement: "UPDATE jobs SET kind = 'nothing'"),
        Damage(rule: "a job asks for what the catalog has", statement: "UPDATE jobs SET endpoint = 'nowhere'"),
        Damage(rule: "a job asks for what the catalog has", statement: "UPDATE jobs SET price_version = 0"),
        Damage(rule: "a purchase is booked as what it says", statement: "UPDATE purchases SET credits = credits + 1"),
        Damage(rule: "bought credits have their purchase", statement: "DELETE FROM purchases"),
        Damage(
            rule: "what was taken back of a purchase is booked or owed",
            statement: "UPDATE purchases SET clawed_back = 1"),
        Damage(rule: "what is owed is the sum of open debts", statement: "UPDATE balances SET owed = owed + 1"),
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

@testable import Core
import Foundation
import SQL
import Testing
import TestSupport

struct ReconciliationTests {
    @Test(arguments: TestEngine.available)
    func `a reconciliation in order matches fully, and both sides have the same sums`(
        on engine: TestEngine
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account(credits: 10)
            try await world.buy(.pack("small"), by: actor)
            _ = try await world.subscribe("pro", actor)
            try await world.spend(30, of: actor)
            world.clock.advance(by: .seconds(7200))

            let books = try await world.books(withStripe: true)

            #expect(books.isClean, "\(books.sections.flatMap(\.mismatches))")
            #expect(books.sections.map(\.name) == [
                "transactions", "balances", "lots", "reservations", "purchases", "limits", "jobs", "payments", "plans",
                "stripe", "refunds",
            ])
            for section in books.sections {
                #expect(
                    section.matched == section.compared && section.matchRate == 1 && section.isComplete,
                    "\(section.name)")
                for sum in section.sums { #expect(sum.recorded == sum.expected, "\(section.name)") }
            }
            #expect(books.section("purchases").compared == 2)
            #expect(books.section("payments").compared == 2)
            #expect(
                books.section("stripe").sums
                    == [Reconciliation.Sum(unit: .money("usd"), recorded: 6400, expected: 6400)])
        }
    }

    @Test(arguments: TestEngine.available)
    func `an empty installation's reconciliation is clean`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let period = try #require(ReconciliationPeriod(now: world.clock.now))

        let books = try await Reconcile(database: world.database, billing: nil, time: world.clock.time)(period)

        #expect(books.isClean && books.margin.lines.isEmpty && books.margin.total == Margin.Figures())
        #expect(books.sections.allSatisfy { $0.compared >= $0.matched && $0.matchRate == 1 })
        await #expect(throws: BillingError.off) {
            try await Reconcile(
                database: world.database, billing: nil, time: world.clock.time)(period, withStripe: true)
        }
    }

    @Test(arguments: TestEngine.available)
    func `without a job or a limit the accounts are counted, and the sections say so`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        for _ in 0..<2 { _ = try await world.account(credits: 1) }
        let period = try #require(ReconciliationPeriod(now: world.clock.now))

        let books = try await Reconcile(database: world.database, billing: nil, time: world.clock.time)(period)

        #expect(books.section("limits").compared == 2 && books.section("limits").about.contains("and balances"))
        #expect(books.section("jobs").compared == 2 && books.section("jobs").about.contains("and accounts"))
        #expect(books.section("reservations").compared == 0)
    }

    @Test func `every rule of the audit is in one section, under a code of its own`() {
        let codes = LedgerCheckRule.all.map(\.code)

        #expect(Set(codes).count == codes.count)
        #expect(codes.allSatisfy { $0.wholeMatch(of: /[a-z_]+/) != nil })
        #expect(codes.contains("a_balance_is_the_sum_of_its_entries_available"))
        #expect(Set(LedgerCheckRule.all.map(\.subject)) == Set(LedgerCheckRule.Subject.allCases))
    }

    @Test(arguments: TestEngine.available, [
        ("UPDATE balances SET available = available + 1", "balances", "a_balance_is_the_sum_of_its_entries_available"),
        ("UPDATE lots SET remaining = remaining - 1 WHERE source = 'purchase'", "lots",
         "a_lots_remaining_credits_equal_the_sum_of_its_entries"),
        ("UPDATE purchases SET credits = credits + 1", "purchases", "a_purchase_is_booked_with_its_amount_of_credits"),
        ("UPDATE jobs SET event_seq = event_seq + 1", "jobs", "a_jobs_events_are_numbered_without_gaps"),
        ("UPDATE balances SET has_limits = 1", "limits", "a_balance_records_whether_its_account_has_limits"),
    ])
    func `a damage shows in its section, with what to do about it`(
        on engine: TestEngine, damage: (statement: String, section: String, code: String)
    ) async throws {
        try await BillingWorld.run(on: engine) { world in
            let actor = try await world.world.account(credits: 10)
            try await world.buy(.pack("small"), by: actor)
            try await world.spend(6, of: actor)

            try await world.execute(Statement(stringLiteral: damage.statement))

            let books = try await world.books()
            let section = books.section(damage.section)
            let mismatch = try #require(section.mismatches.first { $0.code == damage.code })
            #expect(!books.isClean && section.mismatched == 1 && section.matched == section.compared - 1)
            #expect(section.matchRate < 1)
            #expect(
                mismatch.expected != mismatch.found && mismatch.repair.command == nil && !mismatch.repair.text.isEmpty)
        }
    }

    @Test(arguments: TestEngine.available)
    func `entries that do not sum to zero show among the transactions`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        _ = try await world.account(credits: 10)
        try await world.database.write(order: .alone) { transaction in
            let triggers: [Statement] = engine == .sqlite
                ? ["DROP TRIGGER entries_stay"] : ["ALTER TABLE entries DISABLE TRIGGER entries_stay"]
            for statement in triggers { try transaction.execute(statement) }
            try transaction.execute("UPDATE entries SET amount = amount + 1 WHERE position = 1")
        }

        let books = try await Reconcile(database: world.database, billing: nil, time: world.clock.time)(
            try #require(ReconciliationPeriod(now: world.clock.now)))

        let section = books.section("transactions")
        #expect(section.mismatched == 1 && section.compared == 1 && section.matched == 0 && section.matchRate == 0)
        #expect(section.sums == [Reconciliation.Sum(unit: .credits, recorded: 1001, expected: 1000)])
    }

    @Test(arguments: TestEngine.available)
    func `more mismatches than are listed are counted all the same, each once`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        for _ in 0..<7 { _ = try await world.account(credits: 10) }
        try await world.database.write(order: .alone) {
            _ = try $0.execute("UPDATE balances SET available = available + 1, allocated = allocated + 1")
        }

        let books = try await Reconcile(database: world.database, billing: nil, time: world.clock.time)(
            try #require(ReconciliationPeriod(now: world.clock.now)), limit: 3)

        let section = books.section("balances")
        #expect(section.mismatches.count == 3 && section.mismatched == 7 && section.compared == 7)
    }

    @Test(arguments: TestEngine.available)
    func `a balance that is gone is reported, and so are its credits`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 10)
        _ = try await world.account(credits: 10)
        try await world.database.write(order: .alone) {
            _ = try $0.execute("DELETE FROM balances WHERE account_id = $1", actor.account)
        }

        let section = try await world.reconcile().section("balances")

        #expect(section.compared == 2 && section.mismatched == 1 && !section.isClean)
        #expect(section.mismatches.map(\.code) == ["an_account_with_entries_or_lots_has_a_balance"])
        #expect(section.sums == [Reconciliation.Sum(unit: .credits, recorded: 1000, expected: 2000)])
    }

    @Test func `sums of the ledger that differ are never clean, and money on its way is`() {
        func section(_ sum: Reconciliation.Sum) -> Reconciliation.Section {
            Reconciliation.Section(name: "x", about: "x", compared: 1, mismatched: 0, sums: [sum], mismatches: [])
        }

        #expect(!section(Reconciliation.Sum(unit: .credits, recorded: 1, expected: 2)).isClean)
        #expect(section(Reconciliation.Sum(unit: .credits, recorded: 2, expected: 2)).isClean)
        #expect(section(Reconciliation.Sum(unit: .money("usd"), recorded: 1, expected: 2)).isClean)
    }

    @Test(arguments: TestEngine.available)
    func `a rule that finds much hides no other`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        for _ in 0..<7 { _ = try await world.account(credits: 10) }
        let actor = try await world.account(credits: 10)
        try await world.database.write(order: .alone) { transaction in
            _ = try transaction.execute("UPDATE balances SET available = available + 1")
            _ = try transaction.execute("UPDATE balances SET owed = 1 WHERE account_id = $1", actor.account)
        }

        let period = try #require(ReconciliationPeriod(now: world.clock.now))
        let section = try await Reconcile(
            database: world.database, billing: nil, time: world.clock.time)(period, limit: 5).section("balances")

        #expect(section.mismatches.count == 5 && section.mismatched == 8)
        #expect(section.mismatches.contains { $0.code == "a_balances_owed_credits_equal_the_sum_of_its_open_debts" })
    }

    @Test func `a period is the last forty days by default, and neither empty nor longer than a year`() throws {
        let now = try #require(Instant(text: "2026-11-25T11:00:00Z"))
        let first = try #require(Instant(text: "2026-11-01"))
        let before = try #require(Instant(text: "2026-10-01"))

        #expect(ReconciliationPeriod(now: now)?.start == now - .seconds(40 * 86_400))
        #expect(ReconciliationPeriod(now: now)?.end == now)
        #expect(ReconciliationPeriod(to: first, now: now)?.start == first - .seconds(40 * 86_400))
        #expect(ReconciliationPeriod(from: before, now: now)?.end == now)
        #expect(ReconciliationPeriod(from: now, to: now, now: now) == nil)
        #expect(ReconciliationPeriod(from: now, to: first, now: now) == nil)
        #expect(ReconciliationPeriod(from: now - .seconds(367 * 86_400), now: now) == nil)
    }

    @Test(arguments: TestEngine.available)
    func `what was captured is compared with what providers cost, by day and endpoint`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let paid = try await world.submit(for: actor)
        try await world.workUntilEnded(actor)
        world.clock.advance(by: .seconds(86_400))
        let estimated = try await world.submit(for: actor)
        try await world.workUntilEnded(actor)
        let free = try await world.submit(for: actor)
        try await world.workUntilEnded(actor)
        try await world.database.write(order: .alone) { transaction in
            try transaction.execute("UPDATE attempts SET cost = 3000, cost_reported = 1 WHERE job_id = $1", paid.id)
            try transaction.execute("UPDATE attempts SET cost = 4000 WHERE job_id = $1", estimated.id)
            try transaction.execute("UPDATE attempts SET cost = 0 WHERE job_id = $1", free.id)
        }

        let margin = try await Reconcile(database: world.database, billing: nil, time: world.clock.time)(
            try #require(
                ReconciliationPeriod(
                    from: world.clock.now - .seconds(3 * 86_400), to: world.clock.now + .seconds(1),
                    now: world.clock.now))
        ).margin

        #expect(margin.isComplete && margin.lines.count == 2)
        #expect(
            margin.lines[0].figures == Margin.Figures(
                jobs: 1, captured: .whole(6), cost: 3000, reported: 3000, lost: 0, jobsWithoutCost: 0))
        #expect(
            margin.lines[1].figures
                == Margin.Figures(jobs: 2, captured: .whole(12), cost: 4000, reported: 0, lost: 0, jobsWithoutCost: 1))
        #expect(margin.total == margin.lines[0].figures + margin.lines[1].figures)
        #expect(margin.lines[0].day.rawValue % 86_400_000 == 0)
    }

    @Test(arguments: TestEngine.available)
    func `what an attempt cost whose job nobody paid for is the operator's loss`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor)
        try await world.work()
        try await world.database.write(of: actor.account) { transaction in
            try transaction.execute("UPDATE attempts SET cost = 5000 WHERE job_id = $1", job.id)
            guard let processing = try transaction.jobs.job(job.id) else { throw Unexpected("no job") }
            _ = try transaction.jobs.end([JobEnding(processing, .cancelled, now: world.clock.now)])
        }

        let margin = try await Reconcile(database: world.database, billing: nil, time: world.clock.time)(
            try #require(ReconciliationPeriod(to: world.clock.now + .seconds(1), now: world.clock.now))).margin

        #expect(
            margin.total
                == Margin.Figures(jobs: 1, captured: .zero, cost: 5000, reported: 0, lost: 5000, jobsWithoutCost: 0))
    }
}

extension Reconciliation {
    func section(_ name: String) -> Section {
        sections.first { $0.name == name }
            ?? Section(name: "none", about: "", compared: 0, mismatched: 0, sums: [], mismatches: [])
    }
}

extension BillingWorld {
    func books(withStripe: Bool = false) async throws -> Reconciliation {
        guard let period = ReconciliationPeriod(
            from: clock.now - .seconds(40 * 86_400), to: clock.now + .seconds(1), now: clock.now)
        else {
            throw Unexpected("no period")
        }
        return try await Reconcile(
            database: database, billing: billing, time: clock.time)(period, withStripe: withStripe)
    }

    func execute(_ statements: Statement...) async throws {
        try await database.write(order: .alone) { transaction in
            for statement in statements { try transaction.execute(statement) }
        }
    }
}

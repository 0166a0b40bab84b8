@testable import Core
import Foundation
import SQL
import Testing
import TestSupport

/// Rules of the reconciliation that are functions of values, and what a margin counts.
struct ReconciliationRulesTests {
    private let now = Instant(seconds: 1_780_000_000)

    /// How many were compared and how many differ; how many match, and the thousandths that do.
    @Test(arguments: [
        (0, 0, 0, 1_000), (1, 0, 1, 1_000), (1, 1, 0, 0), (3, 1, 2, 666), (1_000, 1, 999, 999),
        // Rounded down, so that it is 1 only where all match.
        (1_000_000, 1, 999_999, 999), (2_000, 1_999, 1, 0),
        // One thing that breaks several rules at both of its ends can count more than once.
        (2, 3, 0, 0),
    ])
    func `a section's match rate is never rounded up`(compared: Int, mismatched: Int, matched: Int, thousandths: Int) {
        let section = section(compared: compared, mismatched: mismatched)

        #expect(section.matched == matched && section.matchRate == Decimal(thousandths) / 1_000)
        #expect(section.isClean == (mismatched == 0))
    }

    @Test func `a reconciliation is clean and complete where all of its sections are`() throws {
        let period = try #require(ReconciliationPeriod(now: now))
        func whole(_ sections: Reconciliation.Section...) -> Reconciliation {
            Reconciliation(
                at: now, period: period, sections: sections,
                margin: Margin(lines: [], total: Margin.Figures(), isComplete: false))
        }
        var cut = section(compared: 1, mismatched: 0)
        cut.isComplete = false

        #expect(whole().isClean && whole(section(compared: 1, mismatched: 0), cut).isClean)
        #expect(!whole(section(compared: 1, mismatched: 0), section(compared: 2, mismatched: 1)).isClean)
        #expect(!whole(section(compared: 1, mismatched: 0), cut).isComplete && whole().isComplete)
    }

    @Test func `a period contains its start and not its end, and is a year of 366 days at most`() throws {
        let start = now - .seconds(366 * 86_400)
        let longest = try #require(ReconciliationPeriod(from: start, to: now, now: now))
        let shortest = try #require(ReconciliationPeriod(from: now - .milliseconds(1), to: now, now: now))

        #expect(longest.contains(start) && longest.contains(now - .milliseconds(1)))
        #expect(!longest.contains(start - .milliseconds(1)) && !longest.contains(now))
        #expect(shortest.contains(now - .milliseconds(1)) && !shortest.contains(now))
        #expect(ReconciliationPeriod(from: start - .milliseconds(1), to: now, now: now) == nil)
        // A start that lies ahead has no end before it.
        #expect(ReconciliationPeriod(from: now + .seconds(1), now: now) == nil)
        let earlier = longest.beginning(.seconds(60))
        #expect(earlier.start == start - .seconds(60) && earlier.end == now)
    }

    /// A change of a paid session, and whether it is still the payment of a pack.
    @Test(arguments: [
        ([:], true), (["payment_status": "no_payment_required"], true), (["amount_total": 0], true),
        (["mode": "subscription"], false), (["mode": "setup"], false), (["mode": nil], false),
        (["status": "open"], false), (["status": "expired"], false), (["payment_status": "unpaid"], false),
        (["metadata": [:]], false), (["metadata": ["checkout": "somebody else's"]], false),
        (["amount_total": nil], false), (["created": nil], false), (["id": nil], false),
    ] as [([String: JSON], Bool)])
    func `a session is a payment once it is complete and paid, for a checkout of this server's`(
        change: [String: JSON], isPayment: Bool
    ) {
        let checkout = ID<Checkout>.make(at: now)
        let session: [String: JSON] = [
            "id": "cs_1", "mode": "payment", "status": "complete", "payment_status": "paid", "currency": "USD",
            "amount_total": 500, "created": 1_780_000_000, "payment_intent": "pi_1",
            "metadata": ["checkout": .string(checkout.rawValue)],
        ]

        let payment = StripePayments.Payment(session: .object(session.merging(change) { $1 }))

        #expect((payment != nil) == isPayment)
        guard let payment, change.isEmpty else { return }
        #expect(payment == StripePayments.Payment(
            key: "checkout:cs_1", paid: Money(500, "usd"), at: now, owner: .checkout(checkout), intent: "pi_1"))
    }

    /// The code of a mismatch, and the command that repairs it.
    @Test(arguments: [
        ("payment_not_booked", "darkroom admin repair purchases cs_1"),
        ("purchase_without_event", "darkroom admin repair purchases cs_1"),
        ("refund_not_applied", "darkroom admin repair purchases cs_1"),
        ("dispute_not_applied", "darkroom admin repair purchases cs_1"),
        ("event_not_applied", "darkroom admin replay-event checkout:cs_1"),
        // Which side is right, only a person can tell.
        ("amount_differs", nil), ("purchase_not_paid", nil),
    ] as [(String, String?)])
    func `a mismatch of a payment names the command that repairs it`(code: String, command: String?) {
        let mismatch = Reconciliation.Mismatch(paymentCode: code, "checkout:cs_1", expected: "500 usd", found: "none")

        #expect(mismatch.repair.command == command && !mismatch.repair.text.isEmpty)
        #expect(mismatch.code == code && mismatch.expected == "500 usd" && mismatch.found == "none")
    }

    @Test func `refunds and disputes that were missed are counted, and as many listed as asked for`() {
        let missed = (1...3).map {
            StripeReturns.Missed(
                code: "refund_not_applied", key: "checkout:cs_\($0)", expected: Money(500, "usd"),
                found: Money(0, "usd"))
        }

        let section = StripeReturns(compared: 5, missed: missed, isComplete: false).section(limit: 2)

        #expect(section.compared == 5 && section.mismatched == 3 && section.matched == 2 && !section.isComplete)
        #expect(section.mismatches.map(\.subject) == ["checkout:cs_1", "checkout:cs_2"])
        #expect(section.mismatches.map(\.expected) == ["500 usd", "500 usd"])
        #expect(section.mismatches.map(\.found) == ["0 usd", "0 usd"])
    }

    @Test(arguments: TestEngine.available)
    func `a margin counts the jobs that ended in its period, and says if it lists fewer lines than there are`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let midnight = world.clock.now.startOfDay + .seconds(86_400)
        // The last and the first millisecond of two days, and one job that is still queued.
        for instant in [midnight - .milliseconds(1), midnight, midnight + .seconds(86_400) - .milliseconds(1)] {
            world.clock.now = instant
            let job = try await world.submit(for: actor)
            _ = try await world.cancelJob(job.id, by: actor)
        }
        try await world.submit(for: actor)

        func margin(from start: Instant, to end: Instant, limit: Int = 9) async throws -> Margin {
            guard let period = ReconciliationPeriod(from: start, to: end, now: world.clock.now) else {
                throw Unexpected("no period")
            }
            return try await world.database.read { try $0.reconciliation.margin(period, limit: limit) }
        }
        let all = try await margin(from: midnight - .seconds(60), to: midnight + .seconds(86_400))
        let cut = try await margin(from: midnight - .seconds(60), to: midnight + .seconds(86_400), limit: 1)
        let second = try await margin(from: midnight, to: midnight + .seconds(86_400) - .milliseconds(1))

        #expect(all.lines.map(\.day) == [midnight - .seconds(86_400), midnight])
        #expect(all.lines.map(\.figures.jobs) == [1, 2] && all.isComplete)
        // The total is of all lines in any case.
        #expect(cut.lines.map(\.figures.jobs) == [1] && !cut.isComplete && cut.total == all.total)
        // From the first millisecond on, and not up to the last.
        #expect(second.lines.map(\.figures.jobs) == [1] && second.total.jobs == 1)
    }

    @Test(arguments: TestEngine.available)
    func `every attempt of a job costs, and what the provider has reported is a part of it`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        world.provider.behave(.vanish)
        let job = try await world.submit(for: actor, images: 2)
        try await world.workUntilEnded(actor)
        try await world.database.write(order: .alone) {
            _ = try $0.execute(
                "UPDATE attempts SET cost = 1000 * number, cost_reported = number - 1 WHERE job_id = $1", job.id)
        }

        let margin = try await world.reconcile().margin

        #expect(try await world.attempts(of: job.id).map(\.state) == [.lost, .succeeded])
        #expect(margin.total == Margin.Figures(
            jobs: 1, captured: .whole(12), cost: 3_000, reported: 2_000, lost: 0, jobsWithoutCost: 0))
    }

    private func section(compared: Int, mismatched: Int) -> Reconciliation.Section {
        Reconciliation.Section(
            name: "x", about: "x", compared: compared, mismatched: mismatched, sums: [], mismatches: [])
    }
}

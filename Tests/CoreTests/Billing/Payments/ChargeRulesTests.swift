@testable import Core
import Testing

/// What went back of 5.00 that paid for 100 credits, and what is taken back for it.
struct ChargeRulesTests {
    struct Case: Rule {
        let about: String
        var refunded: Int64 = 0
        var dispute: Dispute?
        /// By disputes besides.
        var besides: Int64 = 0
        /// Credits that were taken back before, for this much.
        var before: Int64 = 0
        var refundedBefore: Int64 = 0
        var disputedBefore: Int64 = 0
        /// In all.
        let takenBack: Int64
        var disputed: Int64 = 0
        /// Of what is taken back or returned now.
        var reason = ClawBackReason.refund
    }

    private static func dispute(_ status: String, _ amount: Int64 = 500) -> Dispute {
        Dispute(id: "dp_1", amount: amount, status: status)
    }

    static let cases: [Case] = [
        Case(about: "nothing went back", takenBack: 0),
        Case(about: "a refund in part", refunded: 125, takenBack: 25),
        Case(about: "a second refund, of all", refunded: 500, before: 25, refundedBefore: 125, takenBack: 100),
        Case(about: "a refund that is known", refunded: 125, before: 25, refundedBefore: 125, takenBack: 25),
        Case(about: "a refund that failed", refunded: 0, before: 100, refundedBefore: 500, takenBack: 0),
        Case(about: "a refund that failed in part", refunded: 125, before: 100, refundedBefore: 500, takenBack: 25),
        Case(
            about: "a dispute", dispute: dispute("needs_response"), takenBack: 100, disputed: 500, reason: .dispute),
        Case(
            about: "a dispute of a part", dispute: dispute("under_review", 250), takenBack: 50, disputed: 250,
            reason: .dispute),
        Case(
            about: "a dispute that is lost", dispute: dispute("lost"), before: 100, disputedBefore: 500,
            takenBack: 100, disputed: 500),
        Case(
            about: "a dispute that is won", dispute: dispute("won"), before: 100, disputedBefore: 500, takenBack: 0,
            reason: .dispute),
        Case(about: "a dispute that was prevented", dispute: dispute("prevented"), takenBack: 0),
        Case(about: "a warning", dispute: dispute("warning_needs_response"), takenBack: 0),
        Case(about: "a warning that is closed", dispute: dispute("warning_closed"), takenBack: 0),
        Case(
            about: "one dispute of two that is won", dispute: dispute("won", 250), besides: 250, before: 100,
            disputedBefore: 500, takenBack: 50, disputed: 250, reason: .dispute),
        Case(
            about: "a refund and a dispute, which take no more than there was", refunded: 300, dispute: dispute("lost"),
            before: 60, refundedBefore: 300, takenBack: 100, disputed: 500, reason: .dispute),
        Case(
            about: "a refund of a payment that is disputed besides", refunded: 125, besides: 125, before: 25,
            disputedBefore: 125, takenBack: 50, disputed: 125),
    ]

    @Test(arguments: cases)
    func `the same share of the credits is taken back as of the money`(_ rule: Case) {
        let purchase = Given.purchase(
            clawedBack: .whole(rule.before), refunded: rule.refundedBefore, disputed: rule.disputedBefore)
        let moved: [PaymentEffect] = if rule.takenBack > rule.before {
            [.clawBack(.whole(rule.takenBack - rule.before), of: purchase, for: rule.reason)]
        } else if rule.takenBack < rule.before {
            [.giveBack(.whole(rule.before - rule.takenBack), of: purchase, for: rule.reason)]
        } else {
            []
        }

        let effects = facts(rule.refunded, rule.dispute, purchase, besides: rule.besides).decide()

        #expect(effects == (rule.dispute.map { [.putDispute($0, of: purchase)] } ?? []) + moved + [
            .record(
                refunded: rule.refunded, disputed: rule.disputed, clawedBack: .whole(rule.takenBack), of: purchase),
            .settleHold(of: Given.account), .end(Given.event, .applied),
        ])
    }

    /// Of 5.00 for 100 credits: refunded and disputed before, the same now, and the credits of each reason.
    @Test(arguments: [
        (0, 0, 125, 250, ["25.00 refund", "50.00 dispute"]), (0, 0, 300, 500, ["60.00 refund", "40.00 dispute"]),
        (500, 0, 500, 500, []), (125, 250, 0, 0, ["-25.00 refund", "-50.00 dispute"]),
        // A dispute that is won because its payment was refunded meanwhile.
        (0, 500, 500, 0, []), (0, 250, 500, 0, ["50.00 refund"]), (0, 500, 250, 0, ["-50.00 dispute"]),
        // A refund that failed because the payment is disputed.
        (500, 0, 0, 500, []), (250, 0, 0, 500, ["50.00 dispute"]), (500, 0, 0, 250, ["-50.00 refund"]),
    ] as [(Int64, Int64, Int64, Int64, [String])])
    func `what came for two reasons at once is taken back for each, and what cancels out for none`(
        refunded: Int64, disputed: Int64, refundedNow: Int64, disputedNow: Int64, changes: [String]
    ) {
        let before = Given.purchase().clawBack(refunded: refunded, disputed: disputed)
        let purchase = Given.purchase(clawedBack: before, refunded: refunded, disputed: disputed)

        let effects = facts(refundedNow, nil, purchase, besides: disputedNow).decide() ?? []

        let found = effects.compactMap { effect -> String? in
            switch effect {
            case .clawBack(let amount, _, let reason): "\(amount) \(reason)"
            case .giveBack(let amount, _, let reason): "\(-amount) \(reason)"
            default: nil
            }
        }
        #expect(found == changes)
    }

    @Test(arguments: [
        ("needs_response", true), ("under_review", true), ("lost", true), ("charge_refunded", true),
        ("won", false), ("prevented", false), ("warning_needs_response", false), ("warning_under_review", false),
        ("warning_closed", false), ("a state of later", true), ("", true),
    ])
    func `a dispute withholds the money unless it is known not to`(status: String, isCounted: Bool) {
        #expect(Self.dispute(status).isCounted == isCounted)
    }

    @Test(arguments: [
        (0, 0, 0), (1, 0, 20), (0, 1, 20), (499, 0, 9980), (500, 0, 10_000), (501, 0, 10_000), (250, 250, 10_000),
        (500, 500, 10_000), (-1, 0, 0), (-500, 250, 5000), (250, -500, 5000), (-1, -1, 0),
        (999_999_999_999, 999_999_999_999, 10_000),
    ] as [(Int64, Int64, Int64)])
    func `no more is taken back than was brought, and no less than nothing`(
        refunded: Int64, disputed: Int64, hundredths: Int64
    ) {
        let target = Given.purchase().clawBack(refunded: refunded, disputed: disputed)
        #expect(target == Credits(hundredths: hundredths))
    }

    @Test(arguments: [0, 1, 500] as [Int64])
    func `of a purchase that cost nothing nothing is taken back`(refunded: Int64) {
        let free = Given.purchase(paid: 0)

        #expect(free.clawBack(refunded: refunded, disputed: refunded) == .zero)
        let effects = ChargeFacts(
            before: free, payment: "pi_1", refunded: refunded, dispute: nil, event: nil, purchase: free
        ).decide()
        #expect(effects == [
            .record(refunded: refunded, disputed: 0, clawedBack: .zero, of: free), .settleHold(of: Given.account),
        ])
    }

    @Test func `thirds that are refunded one by one add up to all of it`() {
        let purchase = Given.purchase(paid: 300)
        let targets = [100, 200, 300].map { purchase.clawBack(refunded: $0, disputed: 0).hundredths }
        #expect(targets == [3333, 6667, 10_000])
    }

    @Test func `a reading counts from what is taken back now, and not from what was when Stripe was asked`() {
        let facts = ChargeFacts(
            before: Given.purchase(), payment: "pi_1", refunded: 250, dispute: nil, event: nil,
            purchase: Given.purchase(clawedBack: .whole(50)))

        #expect(facts.decide()?.contains { if case .clawBack = $0 { true } else { false } } == false)
    }

    @Test func `a dispute is stored before credits are taken for it, so that what is owed can hold the account`() {
        let purchase = Given.purchase(paidBy: nil)
        let dispute = Self.dispute("lost")

        #expect(facts(0, dispute, purchase).decide() == [
            .setPayment("pi_1", of: purchase), .putDispute(dispute, of: purchase),
            .clawBack(.whole(100), of: purchase, for: .dispute),
            .record(refunded: 0, disputed: 500, clawedBack: .whole(100), of: purchase),
            .settleHold(of: Given.account), .end(Given.event, .applied),
        ])
    }

    @Test func `what paid for a purchase stays what it was`() {
        let purchase = Given.purchase(paidBy: "pi_0")
        let first = facts(0, nil, purchase).decide()?.first
        #expect(first == .record(refunded: 0, disputed: 0, clawedBack: .zero, of: purchase))
    }

    @Test func `a purchase that does not know what paid for it learns it`() {
        let purchase = Given.purchase(paidBy: nil)

        #expect(facts(0, nil, purchase).decide()?.first == .setPayment("pi_1", of: purchase))
    }

    @Test func `nothing is decided on a reading that is not the last, or of a purchase that is gone`() {
        #expect(facts(500, nil, Given.purchase(revision: 2)).decide() == nil)
        #expect(facts(500, nil, nil).decide() == nil)
    }

    // MARK: - A year

    /// Of twelve months of 100 credits for 5.00, of which three have come.
    private static let year: [PlanMonth] = (0..<12).map { place in
        var month = PlanMonth(
            invoice: "checkout:cs_1", position: place, start: Given.start + .seconds(Int64(place) * Given.month),
            end: Given.start + .seconds(Int64(place + 1) * Given.month),
            expiresAt: Given.start + .seconds(Int64(place + 1) * Given.month),
            countsAt: place == 0 ? nil : Given.start + .seconds(Int64(place) * Given.month), credits: .whole(100))
        month.granted = place < 3 ? .whole(100) : .zero
        month.isOpen = place >= 3
        return month
    }

    /// What is withheld of the twelve months, and what is taken back of what has come.
    @Test(arguments: [
        (0, [:], 0), (125, [9: 100, 10: 100, 11: 100], 0), (100, [9: 40, 10: 100, 11: 100], 0),
        (375, [3: 100, 4: 100, 5: 100, 6: 100, 7: 100, 8: 100, 9: 100, 10: 100, 11: 100], 0),
        (500, [3: 100, 4: 100, 5: 100, 6: 100, 7: 100, 8: 100, 9: 100, 10: 100, 11: 100], 300),
    ] as [(Int64, [Int: Int64], Int64)])
    func `a refund of a year ends it earlier, and takes back what has come only where that is not enough`(
        refunded: Int64, withheld: [Int: Int64], takenBack: Int64
    ) throws {
        let (months, effects) = try refund(refunded, of: Self.year, credits: 300)

        #expect(months.map(\.withheld) == (0..<12).map { Credits.whole(withheld[$0] ?? 0) })
        #expect(effects.contains(.clawBack(.whole(takenBack), of: Self.partly(), for: .refund)) == (takenBack > 0))
        #expect(effects.contains { if case .clawBack = $0 { true } else { false } } == (takenBack > 0))
    }

    @Test func `a refund of a year that failed lets its months come again, also those that are over`() throws {
        var refunded = try refund(375, of: Self.year, credits: 300).months
        // Two more months have passed, with nothing to grant.
        for place in 3...4 { refunded[place].isOpen = false }

        let (months, effects) = try refund(0, of: refunded, credits: 300)

        #expect(months.map(\.withheld) == Array(repeating: Credits.zero, count: 12))
        #expect(months.map(\.isOpen) == (0..<12).map { $0 >= 3 })
        #expect(!effects.contains { if case .giveBack = $0 { true } else { false } })
        // In part: what is taken back is what had come.
        #expect(try refund(375, of: refunded, credits: 300).months == refunded)
    }

    private static func partly() -> Purchase { Given.purchase(credits: 300) }

    private func refund(
        _ refunded: Int64, of year: [PlanMonth], credits: Int64
    ) throws -> (months: [PlanMonth], effects: [PaymentEffect]) {
        var facts = facts(refunded, nil, Given.purchase(credits: credits))
        facts.months = year
        let effects = try #require(facts.decide())
        var months = year
        for case .withhold(let changed) in effects {
            for month in changed { months[month.position] = month }
        }
        return (months, effects)
    }

    private func facts(
        _ refunded: Int64, _ dispute: Dispute?, _ purchase: Purchase?, besides: Int64 = 0
    ) -> ChargeFacts {
        ChargeFacts(
            before: Given.purchase(), payment: "pi_1", refunded: refunded, dispute: dispute, event: Given.event,
            purchase: purchase, disputedBesides: besides)
    }
}

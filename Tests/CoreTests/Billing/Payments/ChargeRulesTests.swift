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
        /// Credits that were taken back before.
        var before: Int64 = 0
        /// In all.
        let takenBack: Int64
        var disputed: Int64 = 0
    }

    private static func dispute(_ status: String, _ amount: Int64 = 500) -> Dispute {
        Dispute(id: "dp_1", amount: amount, status: status)
    }

    static let cases: [Case] = [
        Case(about: "nothing went back", takenBack: 0),
        Case(about: "a refund in part", refunded: 125, takenBack: 25),
        Case(about: "a second refund, of all", refunded: 500, before: 25, takenBack: 100),
        Case(about: "a refund that is known", refunded: 125, before: 25, takenBack: 25),
        Case(about: "a refund that failed", refunded: 0, before: 100, takenBack: 0),
        Case(about: "a refund that failed in part", refunded: 125, before: 100, takenBack: 25),
        Case(about: "a dispute", dispute: dispute("needs_response"), takenBack: 100, disputed: 500),
        Case(about: "a dispute of a part", dispute: dispute("under_review", 250), takenBack: 50, disputed: 250),
        Case(about: "a dispute that is lost", dispute: dispute("lost"), before: 100, takenBack: 100, disputed: 500),
        Case(about: "a dispute that is won", dispute: dispute("won"), before: 100, takenBack: 0),
        Case(about: "a dispute that was prevented", dispute: dispute("prevented"), takenBack: 0),
        Case(about: "a warning", dispute: dispute("warning_needs_response"), takenBack: 0),
        Case(about: "a warning that is closed", dispute: dispute("warning_closed"), takenBack: 0),
        Case(
            about: "one dispute of two that is won", dispute: dispute("won", 250), besides: 250, before: 100,
            takenBack: 50, disputed: 250),
        Case(
            about: "a refund and a dispute, which take no more than there was", refunded: 300, dispute: dispute("lost"),
            before: 60, takenBack: 100, disputed: 500),
        Case(
            about: "a refund of a payment that is disputed besides", refunded: 125, besides: 125, takenBack: 50,
            disputed: 125),
    ]

    @Test(arguments: cases)
    func `the same share of the credits is taken back as of the money`(_ rule: Case) {
        let purchase = Given.purchase(clawedBack: .whole(rule.before))
        let moved: [PaymentEffect] = if rule.takenBack > rule.before {
            [.clawBack(.whole(rule.takenBack - rule.before), of: purchase)]
        } else if rule.takenBack < rule.before {
            [.giveBack(.whole(rule.before - rule.takenBack), of: purchase)]
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

    @Test func `a purchase that does not know what paid for it learns it`() {
        let purchase = Given.purchase(paidBy: nil)

        #expect(facts(0, nil, purchase).decide()?.first == .setPayment("pi_1", of: purchase))
    }

    @Test func `nothing is decided on a reading that is not the last, or of a purchase that is gone`() {
        #expect(facts(500, nil, Given.purchase(revision: 2)).decide() == nil)
        #expect(facts(500, nil, nil).decide() == nil)
    }

    private func facts(
        _ refunded: Int64, _ dispute: Dispute?, _ purchase: Purchase?, besides: Int64 = 0
    ) -> ChargeFacts {
        ChargeFacts(
            before: Given.purchase(), payment: "pi_1", refunded: refunded, dispute: dispute, event: Given.event,
            purchase: purchase, disputedBesides: besides)
    }
}

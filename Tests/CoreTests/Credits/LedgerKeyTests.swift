@testable import Core
import Testing

/// What keys of transactions say, of this version and of those before.
struct LedgerKeyTests {
    private static let purchase = ID<Purchase>(rawValue: "01a1fc7d-4281-7b3e-9d1c-52a7f8e0c644")
    private static let debt = ID<Debt>(rawValue: "01a1fc7d-4b86-75ef-b500-4c1bca38135a")

    @Test(arguments: [
        ("checkout:cs_test_1", .purchase), ("invoice:in_1", .purchase),
        ("month:\(purchase):50000", .month(of: purchase)), ("claw_back:\(purchase):1", .clawBack(of: purchase, nil)),
        ("give_back:\(purchase):12", .clawBack(of: purchase, nil)),
        ("claw_back:\(purchase):1:refund", .clawBack(of: purchase, .refund)),
        ("claw_back:\(purchase):1:dispute", .clawBack(of: purchase, .dispute)),
        ("give_back:\(purchase):2:dispute", .clawBack(of: purchase, .dispute)),
        ("claw_back:\(purchase):1:a reason of later", .clawBack(of: purchase, nil)),
        ("debt:\(debt):01a1fc7d-42b2-788f-a3ac-979f26deb91f", .debt(debt)),
        // What operators choose is behind a word of its own.
        ("operator:debt:1", nil), ("operator:claw_back:\(purchase):1", nil), ("reserve:\(purchase)", nil),
        ("expire:\(purchase)", nil), ("claw_back", nil), ("", nil),
    ] as [(String, LedgerKey?)])
    func `a key names the purchase behind a transaction, and no other does`(key: String, meaning: LedgerKey?) {
        #expect(LedgerKey(key) == meaning)
    }

    @Test(arguments: [ClawBackReason.refund, .dispute])
    func `a key is read as it is written`(reason: ClawBackReason) {
        let (back, again) = (
            LedgerKey.clawBackKey(of: Self.purchase, reason, revision: 3),
            LedgerKey.giveBackKey(of: Self.purchase, reason, revision: 3)
        )
        #expect(LedgerKey(back) == .clawBack(of: Self.purchase, reason))
        #expect(LedgerKey(again) == .clawBack(of: Self.purchase, reason) && back != again)
        #expect(LedgerKey(LedgerKey.debtKey(Self.debt, paidFrom: ID(rawValue: "lot"))) == .debt(Self.debt))
    }

    @Test(arguments: [
        (.adjustment, "claw_back:p:1", .clawBack), (.adjustment, "give_back:p:1", .clawBack),
        (.adjustment, "debt:d:l", .clawBack), (.clawBack, "claw_back:p:1:refund", .clawBack),
        (.adjustment, "operator:gift", .adjustment), (.adjustment, "checkout:cs_1", .adjustment),
        (.purchase, "checkout:cs_1", .purchase), (.grant, "invoice:in_1", .grant),
    ] as [(TransactionKind, String, TransactionKind)])
    func `only what was booked as an adjustment before is called by its key`(
        stored: TransactionKind, key: String, kind: TransactionKind
    ) {
        #expect(LedgerKey.kind(of: key, stored: stored) == kind)
    }
}

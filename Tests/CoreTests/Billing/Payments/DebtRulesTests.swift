@testable import Core
import Testing

/// Where credits that are taken back come from, and what new ones pay.
struct DebtRulesTests {
    private static let ids = (0...3).map { ID<Lot>(rawValue: "lot-\($0)") }

    /// `own` of the purchase, one that has expired, one that is soon to, and one that never does.
    private static func lots(own: Int64) -> [Lot] {
        [
            Lot(id: ids[1], source: .bonus, remaining: .whole(50), expiresAt: Given.start),
            Lot(id: ids[2], source: .bonus, remaining: .whole(20), expiresAt: Given.end),
            Lot(id: ids[0], source: .purchase, remaining: .whole(own), expiresAt: nil),
            Lot(id: ids[3], source: .purchase, remaining: .whole(30), expiresAt: nil),
        ]
    }

    @Test(arguments: [
        (100, 100, [0: 100], 0), (100, 60, [0: 60], 0), (60, 100, [0: 60, 2: 20, 3: 20], 0),
        (60, 120, [0: 60, 2: 20, 3: 30], 10),
        (0, 10, [2: 10], 0), (0, 80, [2: 20, 3: 30], 30), (100, 0, [:], 0),
    ] as [(Int64, Int64, [Int: Int64], Int64)])
    func `a purchase's own credits go first, then those that expire soonest, and the rest is owed`(
        own: Int64, amount: Int64, taken: [Int: Int64], owed: Int64
    ) {
        let back = ClawBack(.whole(amount), of: Self.ids[0], from: Self.lots(own: own), now: Given.start)

        #expect(back.parts.map(\.lot) == taken.keys.sorted().map { Self.ids[$0] })
        #expect(back.parts.map(\.amount) == taken.keys.sorted().map { .whole(taken[$0] ?? 0) })
        #expect(back.owed == .whole(owed))
    }

    @Test func `what is taken back of a lot that has expired comes from it still`() {
        let expired = Lot(id: Self.ids[0], source: .grant, remaining: .whole(5), expiresAt: Given.start)

        #expect(ClawBack(.whole(5), of: Self.ids[0], from: [expired], now: Given.end).owed == .zero)
        #expect(ClawBack(.whole(5), of: Self.ids[1], from: [expired], now: Given.end).owed == .whole(5))
    }

    @Test(arguments: [
        (0, []), (10, [10]), (60, [60]), (70, [60, 10]), (100, [60, 40]), (500, [60, 40]),
    ] as [(Int64, [Int64])])
    func `the oldest debt is paid first, and none for more than it is`(credits: Int64, paid: [Int64]) {
        let debts = [60, 40].map { open in
            Debt(
                id: .make(at: Given.start), account: Given.account, purchase: Given.purchaseID, open: .whole(open),
                source: .purchase)
        }

        let shares = debts.shares(of: .whole(credits))

        #expect(shares.map(\.amount) == paid.map { .whole($0) })
        #expect(shares.map(\.debt) == Array(debts.prefix(paid.count)))
    }

    @Test(arguments: [(0, 10), (1, 20), (8, 2560), (9, 3600), (78, 3600)] as [(Int, Int64)])
    func `an event that cannot be applied is put off for longer and longer`(tries: Int, seconds: Int64) {
        let effect = Billing.effect(ofFailure: "no", of: Given.event, tries: tries, now: Given.start)

        #expect(effect == .putOff(Given.event, until: Given.start + .seconds(seconds), error: "no"))
    }

    @Test func `after the last try an event takes a person`() {
        let effect = Billing.effect(ofFailure: "no", of: Given.event, tries: Billing.mostTries - 1, now: Given.start)

        #expect(effect == .end(Given.event, .abandoned, error: "no"))
    }
}

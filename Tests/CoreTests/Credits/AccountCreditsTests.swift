@testable import Core
import SQL
import Testing

/// What an account can spend and how it is taken from its lots, without a database.
struct AccountCreditsTests {
    private let now = Instant(seconds: 1_000)

    /// Lots as what is left in hundredths and the seconds until they expire; and what can be spent.
    @Test(arguments: [
        ([], 0), ([(500, nil)], 500), ([(500, 60), (300, nil)], 800),
        // What expires at this instant has expired.
        ([(500, 0), (300, nil)], 300), ([(500, -1)], 0), ([(500, -60), (300, -1), (200, 1)], 200),
    ] as [([(Int64, Int64?)], Int64)])
    func `what has expired can no longer be spent, although it is in the balance`(
        lots: [(Int64, Int64?)], spendable: Int64
    ) {
        let credits = credits(lots)

        #expect(credits.spendable(at: now).hundredths == spendable)
        #expect(credits.balance.available.hundredths == lots.reduce(0) { $0 + $1.0 })
    }

    /// As above, with an amount, and how much of it comes from which lot; nothing if it is refused.
    @Test(arguments: [
        ([(500, nil)], 500, ["0: 5.00"]), ([(500, nil)], 501, nil), ([], 1, nil),
        ([(200, 60), (300, 90), (500, nil)], 200, ["0: 2.00"]),
        ([(200, 60), (300, 90), (500, nil)], 201, ["0: 2.00", "1: 0.01"]),
        ([(200, 60), (300, 90), (500, nil)], 1_000, ["0: 2.00", "1: 3.00", "2: 5.00"]),
        ([(200, 0), (300, 90), (500, nil)], 400, ["1: 3.00", "2: 1.00"]), ([(200, 0), (300, 90)], 301, nil),
        // An empty lot gives nothing, and an amount of nothing takes from none.
        ([(0, 60), (300, nil)], 100, ["1: 1.00"]), ([(300, nil)], 0, []), ([], 0, []),
    ] as [([(Int64, Int64?)], Int64, [String]?)])
    func `a reservation takes from living lots in their order, or nothing at all`(
        lots: [(Int64, Int64?)], amount: Int64, parts: [String]?
    ) throws {
        var credits = credits(lots)
        let before = credits
        let amount = Credits(hundredths: amount)

        guard let parts else {
            let refused = LedgerError.insufficientCredits(required: amount, available: before.spendable(at: now))
            #expect(throws: refused) { try credits.reserve(amount, at: now) }
            return #expect(credits == before)
        }
        let taken = try credits.reserve(amount, at: now)

        #expect(taken.map { "\($0.lot): \($0.amount)" } == parts)
        #expect(taken.reduce(.zero) { $0 + $1.amount } == amount)
        #expect(credits.balance.available == before.balance.available - amount)
        #expect(credits.balance.reserved == before.balance.reserved + amount)
        for part in taken {
            let (old, new) = (before.lots.first { $0.id == part.lot }, credits.lots.first { $0.id == part.lot })
            #expect(new?.remaining == old.map { $0.remaining - part.amount })
        }
    }

    @Test func `reservations one after another take what those before them left`() throws {
        var credits = credits([(200, 60), (300, nil)])

        let parts = try [100, 150, 250].map { try credits.reserve(Credits(hundredths: $0), at: now) }

        let taken = parts.map { $0.map { "\($0.lot): \($0.amount)" } }
        #expect(taken == [["0: 1.00"], ["0: 1.00", "1: 0.50"], ["1: 2.50"]])
        #expect(credits.balance == .of(0, 500) && credits.lots.allSatisfy { $0.remaining == .zero })
        #expect(throws: LedgerError.self) { try credits.reserve(Credits(hundredths: 1), at: now) }
    }

    /// Parts in hundredths, what is captured; and what is captured and released of each.
    @Test(arguments: [
        ([500], 500, ["0: 5.00"], []), ([500], 0, [], ["0: 5.00"]), ([500], 1, ["0: 0.01"], ["0: 4.99"]),
        // What expires soonest is spent, so it is the last parts that return.
        ([200, 300], 200, ["0: 2.00"], ["1: 3.00"]), ([200, 300], 201, ["0: 2.00", "1: 0.01"], ["1: 2.99"]),
        ([200, 300, 400], 250, ["0: 2.00", "1: 0.50"], ["1: 2.50", "2: 4.00"]), ([], 0, [], []),
    ] as [([Int64], Int64, [String], [String])])
    func `a settlement captures the first parts and releases the rest`(
        parts: [Int64], captured: Int64, kept: [String], back: [String]
    ) {
        let parts = parts.enumerated().map { index, amount in
            Reservation.Part(lot: ID(rawValue: "\(index)"), amount: Credits(hundredths: amount))
        }

        let settlement = Reservation.settle(parts, capturing: Credits(hundredths: captured))

        #expect(settlement.captured.map { "\($0.lot): \($0.amount)" } == kept)
        #expect(settlement.released.map { "\($0.lot): \($0.amount)" } == back)
    }

    @Test func `a source brings new credits or returns old ones, and has a ledger account of its own`() {
        let sources: [Lot.Source] = [.purchase, .grant, .bonus, .refund, .adjustment]

        #expect(sources.map(\.isAllocation) == [true, true, true, false, false])
        #expect(sources.map(\.kind.rawValue) == sources.map(\.rawValue))
        #expect(Set(sources.map(\.book)).count == sources.count)
        // Only customers have these two.
        #expect(!sources.contains { [.available, .reserved].contains($0.book) })
    }

    @Test func `every kind of line is found by one index or the other`() {
        #expect(TransactionKind.allCases.filter(\.isOfJobs) == [.reserve, .capture, .release])
        #expect(TransactionKind.allCases.count == 10)
    }

    @Test(arguments: [
        (.purchase, 1, nil, true), (.purchase, 1, 1, true), (.purchase, 1, 0, false), (.purchase, 0, nil, false),
        (.grant, 1, nil, false), (.bonus, 1, nil, false), (.refund, 1, nil, false), (.adjustment, 1, nil, false),
    ] as [(Lot.Source, Int64, Int64?, Bool)])
    func `bought credits are left while a lot of them is neither empty nor expired`(
        source: Lot.Source, remaining: Int64, expiry: Int64?, areLeft: Bool
    ) {
        let now = Instant(seconds: 1)
        let lot = Lot(
            id: ID(rawValue: "lot"), source: source, remaining: Credits(hundredths: remaining),
            expiresAt: expiry.map { now + .milliseconds($0) })

        #expect(AccountCredits(lots: [lot]).hasBoughtCredits(at: now) == areLeft)
    }

    /// In the order in which they are spent, which the caller knows.
    private func credits(_ lots: [(Int64, Int64?)]) -> AccountCredits {
        AccountCredits(
            balance: Balance(available: Credits(hundredths: lots.reduce(0) { $0 + $1.0 }), reserved: .zero),
            lots: lots.enumerated().map { index, lot in
                Lot(
                    id: ID(rawValue: "\(index)"), source: .bonus, remaining: Credits(hundredths: lot.0),
                    expiresAt: lot.1.map { now + .seconds($0) })
            })
    }
}

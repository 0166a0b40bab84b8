@testable import Core
import SQL
import Testing

/// What an account may request, decided without a database.
struct AccountSnapshotTests {
    private let now = Instant(seconds: 1_000_000)
    private let ada = Actor.of("ada")

    /// Why an account is refused, in the order in which the reasons are given.
    enum Obstacle: CaseIterable {
        case disabled, queueFull, rateLimited, spendLimit, credits

        init?(_ error: any Error) {
            switch error {
            case SubmitError.accountDisabled: self = .disabled
            case SubmitError.queueFull: self = .queueFull
            case SubmitError.rateLimited: self = .rateLimited
            case is SpendLimitReached: self = .spendLimit
            case is LedgerError: self = .credits
            default: return nil
            }
        }
    }

    @Test(arguments: Obstacle.allCases)
    func `of several reasons the first one is given, and nothing is taken`(first: Obstacle) {
        var snapshot = snapshot(with: Set(Obstacle.allCases.drop { $0 != first }))
        let before = snapshot

        let error = #expect(throws: (any Error).self) { try snapshot.take([.whole(6)], by: ada, now: now) }

        #expect(error.flatMap { Obstacle($0) } == first)
        #expect(snapshot == before)
    }

    @Test func `an account without any of these is admitted`() throws {
        var snapshot = snapshot(with: [])

        #expect(try snapshot.take([.whole(6)], by: ada, now: now).count == 1)
    }

    /// The limit is three jobs an hour.
    @Test(arguments: [
        ([], 3, nil), ([], 4, 3_600),
        ([10, 20], 1, nil), ([10], 3, 3_590),
        // One of three must be an hour old, or two if two are requested.
        ([10, 20, 30], 1, 3_570), ([10, 20, 30], 2, 3_580), ([10, 20, 30], 3, 3_590),
        ([10, 20, 3_599], 1, 1), ([10, 20, 3_600], 1, nil),
        // The limit was higher when they were requested: the two oldest must be an hour old.
        ([10, 20, 30, 40], 1, 3_570),
    ] as [([Int64], Int, Int64?)])
    func `a plan's limit an hour says when there is room again`(ago: [Int64], requested: Int, wait: Int64?) throws {
        var snapshot = AccountSnapshot.sample(concurrentJobs: 9, jobsPerHour: 3)
        snapshot.recent = ago.map { now - .seconds($0) }
        let prices = Array(repeating: Credits.whole(1), count: requested)

        if let wait {
            #expect(throws: SubmitError.rateLimited(limit: 3, retryAfter: .seconds(wait))) {
                try snapshot.take(prices, by: ada, now: now)
            }
        } else {
            #expect(try snapshot.take(prices, by: ada, now: now).count == requested)
        }
    }

    /// A plan's limits, those of bought credits, and those of an account that has some left.
    @Test(arguments: [
        ((1, 10), (2, 60), (2, 60)), ((3, 300), (2, 60), (3, 300)), ((1, 300), (2, 60), (2, 300)),
        ((3, 10), (2, 60), (3, 60)), ((1, nil), (2, 60), (2, nil)), ((1, 10), (2, nil), (2, nil)),
    ] as [((Int, Int?), (Int, Int?), (Int, Int?))])
    func `of each limit the better one counts`(plan: (Int, Int?), bought: (Int, Int?), both: (Int, Int?)) {
        func limits(_ pair: (Int, Int?)) -> JobLimits { JobLimits(concurrentJobs: pair.0, jobsPerHour: pair.1) }

        #expect(limits(plan).lifted(by: limits(bought)) == limits(both))
    }

    @Test(arguments: [Lot.Source.purchase, .grant, .bonus])
    func `bought credits lift the limits at once and in an hour, and no others do`(source: Lot.Source) throws {
        let isLifted = source == .purchase
        var snapshot = AccountSnapshot.sample(
            jobsPerHour: 2, bought: JobLimits(concurrentJobs: 2, jobsPerHour: 4), of: source)

        let taken = try snapshot.take([.whole(1), .whole(1)], by: ada, now: now)

        #expect(taken.map(\.place.hasSlot) == [true, isLifted])
        if isLifted { #expect(try snapshot.take([.whole(1), .whole(1)], by: ada, now: now).count == 2) }
        #expect(throws: SubmitError.rateLimited(
            limit: isLifted ? 4 : 2, retryAfter: .seconds(3_600), withBoughtCredits: isLifted ? nil : 4)
        ) {
            try snapshot.take([.whole(1)], by: ada, now: now)
        }
    }

    @Test func `once the last bought credits are reserved, the plan's limits are back`() throws {
        var snapshot = AccountSnapshot.sample(
            jobsPerHour: 1, bought: JobLimits(concurrentJobs: 9, jobsPerHour: 9), credits: 10, of: .purchase)
        snapshot.credits.lots.append(
            Lot(id: ID(rawValue: "bonus"), source: .bonus, remaining: .whole(5), expiresAt: nil))
        snapshot.credits.balance.available += .whole(5)

        // All of a list is decided by what there is before it.
        let taken = try snapshot.take([.whole(5), .whole(5)], by: ada, now: now)

        #expect(taken.map(\.place.hasSlot) == [true, true])
        #expect(throws: SubmitError.rateLimited(limit: 1, retryAfter: .seconds(3_600), withBoughtCredits: 9)) {
            try snapshot.take([.whole(5)], by: ada, now: now)
        }
    }

    @Test func `an administrator of the installation has no limit an hour, and any other`() throws {
        let administrator = Actor.of("ada", platformRole: .admin)
        var limited = AccountSnapshot.sample(concurrentJobs: 1, jobsPerHour: 1)
        limited.recent = [now]
        var full = limited
        full.waiting = 101

        #expect(try limited.take([.whole(6)], by: administrator, now: now).count == 1)
        #expect(throws: SubmitError.queueFull(limit: 100)) {
            try full.take([.whole(6)], by: administrator, now: now)
        }
    }

    /// A hundred may wait.
    @Test(arguments: [
        (99, 0, false, 1, true), (100, 0, false, 1, false),
        // What gets a slot does not wait.
        (100, 1, false, 1, true), (100, 1, false, 2, false), (81, 1, false, 20, true), (81, 0, false, 20, false),
        // On hold nothing gets a slot.
        (99, 5, true, 1, true), (99, 5, true, 2, false),
    ])
    func `as many may wait as the queue has room for`(
        waiting: Int, slots: Int, isHeld: Bool, requested: Int, isAdmitted: Bool
    ) {
        var snapshot = AccountSnapshot.sample(isHeld: isHeld, concurrentJobs: 5)
        snapshot.slotsUsed = 5 - slots
        snapshot.waiting = waiting
        let prices = Array(repeating: Credits.zero, count: requested)

        let taken = try? snapshot.take(prices, by: ada, now: now)

        #expect((taken != nil) == isAdmitted)
    }

    @Test(arguments: [
        (1, 0, false, [true, false]), (3, 1, false, [true, true]), (3, 2, false, [true, false]),
        // The plan has become smaller than what is in progress.
        (1, 4, false, [false, false]),
        (3, 0, true, [false, false]),
    ])
    func `the first jobs get the slots that are free`(limit: Int, used: Int, isHeld: Bool, slots: [Bool]) {
        var snapshot = AccountSnapshot.sample(isHeld: isHeld, concurrentJobs: limit)
        snapshot.slotsUsed = used

        let places = snapshot.places(for: 2, now: now)

        #expect(places.map(\.hasSlot) == slots)
        #expect(places.map(\.holdReason) == (isHeld ? ["account_held", "account_held"] : [nil, nil]))
    }

    /// In milliseconds from now: the account's last place, the plan's head start, its weight, and the new place.
    @Test(arguments: [
        (-100_000, 0, 1, 0), (-100_000, 30_000, 1, -30_000), (0, 30_000, 1, 2_000), (0, 30_000, 8, 250),
        (-31_000, 30_000, 1, -29_000), (-32_000, 30_000, 1, -30_000), (-33_000, 30_000, 1, -30_000),
        (10_000, 0, 4, 10_500),
    ] as [(Int64, Int64, Int64, Int64)])
    func `a place follows the account's last one, but not from before the head start`(
        last: Int64, headStart: Int64, weight: Int64, place: Int64
    ) {
        var snapshot = AccountSnapshot.sample(weight: weight, headStart: .milliseconds(headStart))
        snapshot.lastOrderAt = now + .milliseconds(last)

        #expect(snapshot.places(for: 1, now: now).map { ($0.orderAt - now).milliseconds } == [place])
    }

    @Test func `what was admitted is what the next request finds taken`() throws {
        var snapshot = AccountSnapshot.sample(concurrentJobs: 2, credits: 20)
        snapshot.slotsUsed = 1
        snapshot.waiting = 4
        snapshot.eventSeq = 7
        snapshot.recent = [now - .seconds(60)]

        let taken = try snapshot.take([.whole(6), .zero, .whole(3)], by: ada, now: now)

        #expect(taken.map(\.place.accountSeq) == [8, 9, 10] && snapshot.eventSeq == 10)
        #expect(snapshot.lastOrderAt == taken.last?.place.orderAt)
        #expect(snapshot.slotsUsed == 2 && snapshot.waiting == 6)
        #expect(snapshot.recent == [now, now, now, now - .seconds(60)])
        #expect(taken.map(\.balance) == [.of(1_400, 600), .of(1_400, 600), .of(1_100, 900)])
        #expect(snapshot.credits.balance == .of(1_100, 900))
        // A job that costs nothing takes from no lot.
        #expect(taken.map(\.parts.count) == [1, 0, 1])
    }

    @Test func `a list counts as one amount against the limits and the credits`() throws {
        var snapshot = AccountSnapshot.sample(concurrentJobs: 9, credits: 12)
        snapshot.allowances.add(SpendLimit(scope: .account, period: .day, amount: .whole(12)))
        var limited = snapshot
        limited.allowances.add(SpendLimit(scope: .account, period: .month, amount: .whole(11)))
        let prices = [Credits.whole(6), .whole(6)]

        let limit = #expect(throws: SpendLimitReached.self) { try limited.take(prices, by: ada, now: now) }
        let taken = try snapshot.take(prices, by: ada, now: now)

        #expect(limit?.required == .whole(12) && limit?.left == .whole(11))
        #expect(taken.map { $0.counts.map(\.period) } == [[.day], [.day]])
        #expect(throws: SpendLimitReached.self) { try snapshot.take([.whole(1)], by: ada, now: now) }
    }

    private func snapshot(with obstacles: Set<Obstacle>) -> AccountSnapshot {
        var snapshot = AccountSnapshot.sample(
            isDisabled: obstacles.contains(.disabled), jobsPerHour: 1, credits: obstacles.contains(.credits) ? 5 : 100)
        if obstacles.contains(.queueFull) {
            snapshot.slotsUsed = 1
            snapshot.waiting = 100
        }
        if obstacles.contains(.rateLimited) { snapshot.recent = [now] }
        if obstacles.contains(.spendLimit) {
            snapshot.allowances.add(SpendLimit(scope: .account, period: .day, amount: .whole(5)))
        }
        return snapshot
    }
}

extension AccountSnapshot {
    /// An account in which nothing is going on.
    static func sample(
        isHeld: Bool = false, isDisabled: Bool = false, concurrentJobs: Int = 1, jobsPerHour: Int? = nil,
        bought: JobLimits? = nil, weight: Int64 = 1, headStart: Duration = .zero, credits: Int64 = 100,
        of source: Lot.Source = .bonus
    ) -> AccountSnapshot {
        AccountSnapshot(
            eventSeq: 0, lastOrderAt: Instant(seconds: 0), slotsUsed: 0, isHeld: isHeld, isDisabled: isDisabled,
            limits: JobLimits(concurrentJobs: concurrentJobs, jobsPerHour: jobsPerHour), boughtLimits: bought,
            weight: weight, headStart: headStart,
            credits: AccountCredits(
                balance: Balance(available: .whole(credits), reserved: .zero),
                lots: [Lot(id: ID(rawValue: "lot"), source: source, remaining: .whole(credits), expiresAt: nil)]))
    }
}

@testable import Core
import SQL
import Testing

/// Which limit lets a reservation pass, and in which periods it counts, without a database.
struct SpendAllowancesTests {
    /// The beginning of a month's last day.
    private let now = Instant(seconds: 1_780_185_600)
    private let grace = Actor.of("ada", user: "grace")
    private let program = Actor.of("ada", key: "program")
    private let user = ID<User>(rawValue: "grace")
    private let key = ID<APIKey>(rawValue: "program")

    @Test func `the instant is in the last day of a month`() {
        #expect(now == now.startOfDay)
        #expect(SpendLimit.Period.month.bounds(at: now).end == SpendLimit.Period.day.bounds(at: now).end)
    }

    /// What was spent of a daily limit of 10, an amount, and what is left where it is refused.
    @Test(arguments: [
        (0, 1_000, nil), (0, 1_001, 1_000), (400, 600, nil), (400, 601, 600), (1_000, 0, nil), (1_000, 1, 0),
        // The limit was lowered below what is spent already.
        (1_500, 1, 0), (1_500, 0, nil),
    ] as [(Int64, Int64, Int64?)])
    func `a limit can be used up to its last hundredth`(spent: Int64, amount: Int64, left: Int64?) throws {
        let limit = limit(.account, .day)
        var allowances = allowances([(limit, spent, 0)])
        let before = allowances
        let amount = Credits(hundredths: amount)

        guard let left else {
            #expect(try allowances.take(amount, by: grace, now: now) == [SpendCount(.account, .day, at: now)])
            let start = now.startOfDay
            return #expect(allowances.spent[limit]?[start] == Credits(hundredths: spent) + amount)
        }
        let error = #expect(throws: SpendLimitReached.self) { try allowances.take(amount, by: grace, now: now) }

        #expect(error == SpendLimitReached(
            limit: limit, required: amount, left: Credits(hundredths: left), renewsAt: now + .seconds(86_400)))
        #expect(allowances == before)
    }

    /// The period of a limit of 10, in how many days the 9 that are counted began, and whether 2 more are admitted at
    /// so many milliseconds from the beginning of the month's last day.
    @Test(arguments: [
        (.day, 0, 0, false), (.day, 0, 86_399_999, false), (.day, 0, 86_400_000, true), (.day, 0, -1, true),
        (.day, 1, 0, true), (.day, -1, 0, true),
        (.month, 0, 0, false), (.month, 0, 86_399_999, false), (.month, 0, 86_400_000, true),
        (.month, 0, -30 * 86_400_000, false), (.month, 0, -30 * 86_400_000 - 1, true),
    ] as [(SpendLimit.Period, Int64, Int64, Bool)])
    func `what was spent counts until the day or the month of UTC ends, and not before it began`(
        period: SpendLimit.Period, days: Int64, milliseconds: Int64, isAdmitted: Bool
    ) {
        var allowances = allowances([(limit(.account, period), 900, days)])

        let counts = try? allowances.take(.whole(2), by: grace, now: now.startOfDay + .milliseconds(milliseconds))

        #expect((counts != nil) == isAdmitted)
    }

    @Test func `a limit counts what its own member or key requests, and the account's everything`() throws {
        let limits = [
            limit(.account, .month), limit(.member(user), .day), limit(.member(ID(rawValue: "other")), .day),
            limit(.key(key), .day), limit(.key(ID(rawValue: "other")), .day),
        ]
        var allowances = allowances(limits.map { ($0, 0, 0) })

        let byUser = try allowances.take(.whole(3), by: grace, now: now)
        let byKey = try allowances.take(.whole(4), by: program, now: now)

        #expect(byUser.map(\.scope) == [.member(user), .account] && byKey.map(\.scope) == [.key(key), .account])
        let spent = limits.map { allowances.spent[$0]?.values.first?.hundredths }
        #expect(spent == [700, 300, 0, 400, 0])
    }

    /// Which limits are used up, and which of them is named.
    @Test func `of several limits that are reached the narrower and the shorter is named, and none is used`() {
        let order = [
            limit(.key(key), .day), limit(.key(key), .month), limit(.member(user), .day), limit(.member(user), .month),
            limit(.account, .day), limit(.account, .month),
        ]
        let both = Actor.of("ada", user: "grace", key: "program")

        for index in order.indices {
            var allowances = allowances(order.enumerated().map { ($1, $0 >= index ? 1_000 : 0, 0) })
            let before = allowances
            let error = #expect(throws: SpendLimitReached.self) { try allowances.take(.whole(1), by: both, now: now) }
            #expect(error?.limit == order[index])
            #expect(allowances == before)
        }
    }

    @Test func `without limits nothing is counted`() throws {
        var allowances = SpendAllowances()

        #expect(try allowances.take(.whole(1_000_000), by: grace, now: now) == [])
        #expect(allowances == SpendAllowances())
    }

    @Test func `a scope is stored by its name and its subject`() {
        let account = ID<Account>(rawValue: "ada")
        let scopes: [(SpendLimit.Scope, String, String)] = [
            (.account, "account", "ada"), (.member(user), "member", "grace"), (.key(key), "key", "program"),
        ]
        for (scope, name, subject) in scopes {
            #expect(scope.name == name && scope.subject(in: account) == subject)
            #expect(SpendLimit.Scope(name: name, subject: subject) == scope)
        }
        #expect(SpendLimit.Scope(name: "team", subject: "ada") == nil)
    }

    @Test func `limits are listed the account's first, days before months, and never with less than nothing left`() {
        let limits: [(SpendLimit.Scope, SpendLimit.Period)] = [
            (.key(key), .day), (.member(user), .month), (.account, .month), (.member(user), .day),
            (.member(ID(rawValue: "ada")), .month), (.account, .day),
        ]
        let states = limits.map { SpendState(limit: limit($0, $1), spent: .whole(11), renewsAt: now) }

        #expect(states.sorted().map { "\($0.limit.scope.name) \($0.limit.period)" } == [
            "account day", "account month", "member month", "member day", "member month", "key day",
        ])
        #expect(states.allSatisfy { $0.left == .zero })
        #expect(SpendState(limit: limit(.account, .day), spent: .whole(3), renewsAt: now).left == .whole(7))
    }

    /// Of ten credits.
    private func limit(_ scope: SpendLimit.Scope, _ period: SpendLimit.Period) -> SpendLimit {
        SpendLimit(scope: scope, period: period, amount: .whole(10))
    }

    /// Limits, what was spent of each in hundredths, and the day of it, from this one.
    private func allowances(_ limits: [(limit: SpendLimit, spent: Int64, day: Int64)]) -> SpendAllowances {
        var allowances = SpendAllowances()
        for (limit, spent, day) in limits {
            let start = limit.period.bounds(at: now + .seconds(day * 86_400)).start
            allowances.add(limit)
            allowances.add(Credits(hundredths: spent), to: limit, from: start)
        }
        return allowances
    }
}

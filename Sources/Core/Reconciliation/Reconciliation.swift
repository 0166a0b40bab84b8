package import Foundation

/// The reconciliation of an installation at one instant: each part of it compared with what it must agree with, how
/// much of it does, and how each mismatch is repaired.
package struct Reconciliation: Sendable, Hashable {
    package let at: Instant
    /// Limits what is read by time, such as payments and costs; the ledger itself is always read whole.
    package let period: ReconciliationPeriod
    package let sections: [Section]
    package let margin: Margin

    package var isClean: Bool { sections.allSatisfy(\.isClean) }
    /// False if there was more than is checked, so that nothing is known of the rest.
    package var isComplete: Bool { sections.allSatisfy(\.isComplete) }

    package struct Section: Sendable, Hashable {
        package let name: String
        /// What was compared with what, as text.
        package let about: String
        /// How many things were compared, whichever side has them.
        package let compared: Int
        package let mismatched: Int
        /// The sums of both sides. They may agree although something differs, if two mistakes offset each other.
        package let sums: [Sum]
        /// The first of the mismatches.
        package let mismatches: [Mismatch]
        /// False if there was more than is checked.
        package var isComplete = true

        /// Money may be on its way, and then differs for a while; the ledger's own sums never do.
        package var isClean: Bool {
            mismatched == 0 && sums.allSatisfy { $0.unit != .credits || $0.recorded == $0.expected }
        }

        package var matched: Int { max(0, compared - mismatched) }
        /// The part that matches, from 0 to 1 in thousandths, rounded down: 1 means all.
        package var matchRate: Decimal { compared == 0 ? 1 : Decimal(matched * 1000 / compared) / 1000 }
    }

    package struct Sum: Sendable, Hashable {
        /// Hundredths of a credit, or minor units of a currency.
        package enum Unit: Sendable, Hashable {
            case credits
            case money(String)

            var name: String {
                switch self {
                case .credits: "credits"
                case .money(let currency): currency
                }
            }
        }

        package let unit: Unit
        package let recorded: Int64
        package let expected: Int64
    }

    package struct Mismatch: Sendable, Hashable {
        package let code: String
        package let subject: String
        package let expected: String
        package let found: String
        package let repair: ReconciliationRepair
    }
}

/// How a mismatch is repaired.
package struct ReconciliationRepair: Sendable, Hashable {
    /// A command line that repairs it, which may be run again; nil if only a person can tell what is right.
    package let command: String?
    /// What the command does, or what to look at.
    package let text: String
}

/// From one instant up to, but not including, another.
package struct ReconciliationPeriod: Sendable, Hashable {
    package static let longest = Duration.seconds(366 * 86_400)

    package let start: Instant
    package let end: Instant

    /// The length of the period if no start is given: as long as the slowest payment takes, so that a daily look misses
    /// none of a month that ended meanwhile.
    package static let usual = Duration.seconds(40 * 86_400)

    /// Without a start, the 40 days up to its end; without an end, until now. Nil if it is empty or longer than a year.
    package init?(from start: Instant? = nil, to end: Instant? = nil, now: Instant) {
        self.end = end ?? max(now, start ?? now)
        self.start = start ?? self.end - ReconciliationPeriod.usual
        guard self.start < self.end, self.end - self.start <= ReconciliationPeriod.longest else { return nil }
    }
    private init(start: Instant, end: Instant) {
        self.start = start
        self.end = end
    }

    /// The same end, and an earlier start.
    func beginning(_ earlier: Duration) -> ReconciliationPeriod {
        ReconciliationPeriod(start: start - earlier, end: end)
    }

    func contains(_ instant: Instant) -> Bool { instant >= start && instant < end }
}

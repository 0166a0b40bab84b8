/// The books of an installation at one instant: each part of them beside what it must agree with, how much of it does, and
/// for what does not, how it is mended.
package struct Books: Sendable, Hashable {
    package let at: Instant
    /// What is read by time, such as payments and costs; what the ledger says of itself is read whole.
    package let period: BooksPeriod
    package let sections: [Section]
    package let margin: Margin

    package var isClean: Bool { sections.allSatisfy(\.isClean) }
    /// False where there was more than is looked at, so that nobody knows of the rest.
    package var isComplete: Bool { sections.allSatisfy(\.isComplete) }

    package struct Section: Sendable, Hashable {
        package let name: String
        /// What was compared with what, in words.
        package let about: String
        /// Things that were compared, whichever side has them.
        package let compared: Int
        package let mismatched: Int
        /// What both sides sum up to. They may agree although something differs, where two mistakes make up for each other.
        package let sums: [Sum]
        /// The first of them.
        package let mismatches: [Mismatch]
        /// False where there was more than is looked at.
        package var isComplete = true

        /// Money may be on its way, and then differs for a while; the ledger's own sums never do.
        package var isClean: Bool { mismatched == 0 && sums.allSatisfy { $0.unit != .credits || $0.kept == $0.against } }

        package var matched: Int { max(0, compared - mismatched) }
        /// Thousandths that match, rounded down, so that 1000 means all.
        package var permille: Int { compared == 0 ? 1000 : matched * 1000 / compared }
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
        package let kept: Int64
        package let against: Int64
    }

    package struct Mismatch: Sendable, Hashable {
        package let code: String
        package let subject: String
        package let expected: String
        package let found: String
        package let repair: BooksRepair
    }
}

/// How a mismatch is mended.
package struct BooksRepair: Sendable, Hashable {
    /// A command line that mends it, which may be run again; nothing where only a person can tell what is right.
    package let command: String?
    /// What the command does, or what to look at.
    package let text: String
}

/// From an instant on, up to and without another.
package struct BooksPeriod: Sendable, Hashable {
    package static let longest = Duration.seconds(366 * 86_400)

    package let start: Instant
    package let end: Instant

    /// Where nothing is said of its beginning: as much as the slowest payment takes, so that who looks once a day misses none
    /// of a month that ended meanwhile.
    package static let usual = Duration.seconds(40 * 86_400)

    /// Without a beginning the 40 days to its end, without an end until now. Nothing where it is empty or longer than a year.
    package init?(from start: Instant? = nil, to end: Instant? = nil, now: Instant) {
        self.end = end ?? max(now, start ?? now)
        self.start = start ?? self.end - BooksPeriod.usual
        guard self.start < self.end, self.end - self.start <= BooksPeriod.longest else { return nil }
    }
    private init(start: Instant, end: Instant) {
        self.start = start
        self.end = end
    }

    /// The same end, and so much more before it.
    func beginning(_ earlier: Duration) -> BooksPeriod { BooksPeriod(start: start - earlier, end: end) }

    func contains(_ instant: Instant) -> Bool { instant >= start && instant < end }
}

package import Core
import SQL

/// The books as JSON, for the route and for the command line alike.
package struct BooksBody: Encodable, Sendable {
    let at: String
    let from: String
    let to: String
    let clean: Bool
    let sections: [Section]
    let margin: MarginBody

    package init(_ books: Books) {
        at = books.at.text
        from = books.period.start.text
        to = books.period.end.text
        clean = books.isClean
        sections = books.sections.map(Section.init)
        margin = MarginBody(books.margin)
    }

    struct Section: Encodable {
        let name: String
        let about: String
        let compared: Int
        let matched: Int
        let permille: Int
        let isComplete: Bool
        let sums: [Sum]
        let mismatched: Int
        let mismatches: [Mismatch]

        init(_ section: Books.Section) {
            name = section.name
            about = section.about
            compared = section.compared
            matched = section.matched
            permille = section.permille
            isComplete = section.isComplete
            sums = section.sums.map(Sum.init)
            mismatched = section.mismatched
            mismatches = section.mismatches.map(Mismatch.init)
        }
    }

    /// Of credits, or of a currency's minor units.
    struct Sum: Encodable {
        let unit: String
        let kept: JSON
        let against: JSON

        init(_ sum: Books.Sum) {
            switch sum.unit {
            case .credits:
                unit = "credits"
                kept = .decimal(Credits(hundredths: sum.kept).decimal)
                against = .decimal(Credits(hundredths: sum.against).decimal)
            case .money(let currency):
                unit = currency
                kept = .integer(sum.kept)
                against = .integer(sum.against)
            }
        }
    }

    struct Mismatch: Encodable {
        let code: String
        let subject: String
        let expected: String
        let found: String
        let repair: Repair

        init(_ mismatch: Books.Mismatch) {
            code = mismatch.code
            subject = mismatch.subject
            expected = mismatch.expected
            found = mismatch.found
            repair = Repair(command: mismatch.repair.command, text: mismatch.repair.text)
        }
    }

    struct Repair: Encodable {
        /// Absent where a person has to look.
        let command: String?
        let text: String
    }
}

/// Credits that were captured, and what providers cost, in micro-dollars.
struct MarginBody: Encodable {
    let total: Figures
    let lines: [Line]
    let isComplete: Bool

    init(_ margin: Margin) {
        total = Figures(margin.total)
        lines = margin.lines.map { Line(day: String($0.day.text.prefix(10)), endpoint: $0.endpoint.rawValue, figures: Figures($0.figures)) }
        isComplete = margin.isComplete
    }

    struct Line: Encodable {
        let day: String
        let endpoint: String
        let figures: Figures
    }

    struct Figures: Encodable {
        let jobs: Int
        let captured: Credits
        let cost: Int64
        let reportedCost: Int64
        let estimatedCost: Int64
        let lostCost: Int64
        let jobsWithoutCost: Int

        init(_ figures: Margin.Figures) {
            jobs = figures.jobs
            captured = figures.captured
            cost = figures.cost
            reportedCost = figures.reported
            estimatedCost = figures.cost - figures.reported
            lostCost = figures.lost
            jobsWithoutCost = figures.jobsWithoutCost
        }
    }
}

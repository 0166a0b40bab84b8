package import Core
import Foundation

/// The reconciliation as JSON, for the route and for the command line alike.
package struct ReconciliationBody: Encodable, Sendable {
    let at: String
    let from: String
    let to: String
    let clean: Bool
    let sections: [Section]
    let margin: MarginBody

    package init(_ found: Reconciliation) {
        at = found.at.text
        from = found.period.start.text
        to = found.period.end.text
        clean = found.isClean
        sections = found.sections.map(Section.init)
        margin = MarginBody(found.margin)
    }

    struct Section: Encodable {
        let name: String
        let about: String
        let compared: Int
        let matched: Int
        /// The part of what was compared that matches, from 0 to 1 in thousandths, rounded down: 1 means all.
        let matchRate: Decimal
        let isComplete: Bool
        let sums: [Sum]
        let mismatched: Int
        let mismatches: [Mismatch]

        init(_ section: Reconciliation.Section) {
            name = section.name
            about = section.about
            compared = section.compared
            matched = section.matched
            matchRate = section.matchRate
            isComplete = section.isComplete
            sums = section.sums.map(Sum.init)
            mismatched = section.mismatched
            mismatches = section.mismatches.map(Mismatch.init)
        }
    }

    /// Of credits, or of a currency's minor units.
    struct Sum: Encodable {
        let unit: String
        let recorded: JSON
        let expected: JSON

        init(_ sum: Reconciliation.Sum) {
            switch sum.unit {
            case .credits:
                unit = "credits"
                recorded = .decimal(Credits(hundredths: sum.recorded).decimal)
                expected = .decimal(Credits(hundredths: sum.expected).decimal)
            case .money(let currency):
                unit = currency
                recorded = .integer(sum.recorded)
                expected = .integer(sum.expected)
            }
        }
    }

    struct Mismatch: Encodable {
        let code: String
        let subject: String
        let expected: String
        let found: String
        let repair: Repair

        init(_ mismatch: Reconciliation.Mismatch) {
            code = mismatch.code
            subject = mismatch.subject
            expected = mismatch.expected
            found = mismatch.found
            repair = Repair(command: mismatch.repair.command, text: mismatch.repair.text)
        }
    }

    struct Repair: Encodable {
        /// Absent if a person has to look.
        let command: String?
        let text: String
    }
}

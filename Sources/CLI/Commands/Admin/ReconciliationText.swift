import Core

/// The reconciliation for a person at a terminal.
struct ReconciliationText {
    let reconciliation: Reconciliation

    init(_ reconciliation: Reconciliation) {
        self.reconciliation = reconciliation
    }

    var text: String {
        let head = """
            The books at \(reconciliation.at.text), for the period from \(reconciliation.period.start.text) to \
            \(reconciliation.period.end.text).
            """
        return ([head, ""] + reconciliation.sections.flatMap(lines) + [""] + marginLines + ["", verdict]).joined(
            separator: "\n")
    }

    private var verdict: String {
        let mismatched = reconciliation.sections.reduce(0) { $0 + $1.mismatched }
        guard mismatched == 0 else { return "Mismatches: \(mismatched)." }
        guard reconciliation.isClean else { return "Sums differ, but no rule found a mismatch." }
        return reconciliation.isComplete
            ? "The books balance." : "No mismatch was found, but not everything was compared. Choose a shorter period."
    }

    private func lines(_ section: Reconciliation.Section) -> [String] {
        let mark = section.isClean ? "ok      " : "DIFFERS "
        let more = section.isComplete ? "" : ", not everything was compared"
        return ["\(mark)\(section.about): \(section.matched) of \(section.compared) match\(sums(section))\(more)"]
            + section.mismatches.flatMap { mismatch in
                [
                    "        \(mismatch.code): \(mismatch.subject): "
                        + "expected \(mismatch.expected), found \(mismatch.found)",
                    "          \(mismatch.repair.command.map { "\($0): " } ?? "")\(mismatch.repair.text)",
                ]
            }
    }

    private func sums(_ section: Reconciliation.Section) -> String {
        section.sums.map { sum in
            switch sum.unit {
            case .credits: 
                ", \(Credits(hundredths: sum.recorded)) credits, \(Credits(hundredths: sum.expected)) expected"
            case .money(let currency):
                ", \(Money(sum.recorded, currency).number) \(currency.uppercased())"
                    + ", \(Money(sum.expected, currency).number) expected"
            }
        }.joined()
    }

    private var marginLines: [String] {
        reconciliation.margin.lines.map { line in
            "\(line.day.text.prefix(10))  \(line.endpoint.rawValue): \(text(line.figures))"
        }
            + (reconciliation.margin.isComplete ? [] : ["…"]) + ["Total: \(text(reconciliation.margin.total))"]
    }

    private func text(_ figures: Margin.Figures) -> String {
        var text = """
            \(figures.jobs) \(figures.jobs == 1 ? "job" : "jobs"), \(figures.captured) credits captured, cost \
            \(dollars(figures.cost))
            """
        if figures.reported > 0 { text += " (\(dollars(figures.reported)) reported by the provider)" }
        if figures.lost > 0 { text += ", \(dollars(figures.lost)) for jobs without captured credits" }
        if figures.jobsWithoutCost > 0 {
            text += ", \(figures.jobsWithoutCost) paid job\(figures.jobsWithoutCost == 1 ? "" : "s") with unknown cost"
        }
        return text
    }

    /// Of micro-dollars, which are never negative.
    private func dollars(_ cost: MicroDollars) -> String { "$\(cost)" }
}

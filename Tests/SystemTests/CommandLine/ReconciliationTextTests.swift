@testable import CLI
@testable import Core
import Testing

/// What a person reads of a reconciliation.
struct ReconciliationTextTests {
    private let at = Instant(seconds: 1_780_000_000)

    private func section(
        _ name: String = "ledger", compared: Int = 5, mismatched: Int = 0, sums: [Reconciliation.Sum] = [],
        mismatches: [Reconciliation.Mismatch] = [], isComplete: Bool = true
    ) -> Reconciliation.Section {
        Reconciliation.Section(
            name: name, about: "\(name) against another", compared: compared, mismatched: mismatched, sums: sums,
            mismatches: mismatches, isComplete: isComplete)
    }

    private func text(
        _ sections: [Reconciliation.Section], lines: [Margin.Line] = [], total: Margin.Figures = .init(),
        isComplete: Bool = true
    ) throws -> String {
        let period = try #require(ReconciliationPeriod(from: at - .seconds(86_400), to: at, now: at))
        return ReconciliationText(Reconciliation(
            at: at, period: period, sections: sections,
            margin: Margin(lines: lines, total: total, isComplete: isComplete))
        ).text
    }

    private func verdict(_ sections: [Reconciliation.Section]) throws -> Substring? {
        try text(sections).split(separator: "\n").last
    }

    @Test func `each section has one line that says how much matches`() throws {
        let text = try self.text([
            section(), section("payments", compared: 7, mismatched: 2), section("costs", isComplete: false),
        ])
        let lines = text.split(separator: "\n")

        #expect(text.contains("2026-05-28T20:26:40.000Z") && text.contains("2026-05-27T20:26:40.000Z"))
        #expect(lines.contains { $0.hasPrefix("ok") && $0.contains("ledger against another") && $0.contains("5 of 5") })
        #expect(lines.contains { $0.hasPrefix("DIFFERS") && $0.contains("payments") && $0.contains("5 of 7") })
        let incomplete = lines.first { $0.contains("costs") }
        #expect(incomplete?.contains("not everything") == true)
    }

    @Test func `a mismatch is shown with what was expected and found, and how it is repaired`() throws {
        let (repair, look) = (
            ReconciliationRepair(command: "darkroom admin repair purchases", text: "books what is missing"),
            ReconciliationRepair(command: nil, text: "look at it")
        )
        let mismatches = [(repair, "one"), (look, "two")].map { repair, subject in
            Reconciliation.Mismatch(code: "amount", subject: subject, expected: "1.00", found: "2.00", repair: repair)
        }
        let text = try self.text([section(mismatched: 2, mismatches: mismatches)])

        for part in ["one", "two", "1.00", "2.00", "darkroom admin repair purchases: books", "          look at it"] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test func `sums are shown in whole units of what they are`() throws {
        let text = try self.text([section(sums: [
            .init(unit: .credits, recorded: 1_250, expected: -5),
            .init(unit: .money("usd"), recorded: 500, expected: 1),
            .init(unit: .money("jpy"), recorded: 500, expected: 0),
            .init(unit: .money("kwd"), recorded: 1_500, expected: 10),
        ])])

        #expect(text.contains("12.50 credits, -0.05 expected"))
        #expect(text.contains("5.00 USD, 0.01 expected") && text.contains("500 JPY, 0 expected"))
        #expect(text.contains("1.500 KWD, 0.010 expected"))
    }

    @Test func `the last line is the verdict, and books that are not all read are not called balanced`() throws {
        let difference = Reconciliation.Sum(unit: .credits, recorded: 1, expected: 2)
        let onItsWay = Reconciliation.Sum(unit: .money("usd"), recorded: 1, expected: 2)

        let clean = try verdict([section(), section(sums: [onItsWay])])
        #expect(clean?.contains("balance") == true)
        for sections in [
            [section(compared: 9, mismatched: 4), section(mismatched: 3)], [section(sums: [difference])],
            [section(isComplete: false)],
        ] {
            let other = try verdict(sections)
            #expect(other?.contains("balance") == false && other != clean)
        }
        #expect(try verdict([section(compared: 9, mismatched: 4), section(mismatched: 3)])?.contains("7") == true)
    }

    @Test func `margins are by day and endpoint, with what is unusual only where there is any`() throws {
        var figures = Margin.Figures(jobs: 1, captured: .whole(6), cost: 3_000)
        let line = Margin.Line(day: at.startOfDay, endpoint: EndpointID(rawValue: "fal-ai/x"), figures: figures)
        let plain = try text([], lines: [line], total: figures)
        (figures.jobs, figures.reported, figures.lost, figures.jobsWithoutCost) = (2, 1_000, 500, 1)
        let all = try text([], total: figures, isComplete: false)

        #expect(plain.contains("2026-05-28  fal-ai/x: 1 job, 6.00 credits captured, cost $0.003000"))
        for part in ["reported", "nobody", "known", "…"] { #expect(!plain.contains(part), "\(part)") }
        for part in ["2 jobs", "$0.001000", "$0.000500", "…"] { #expect(all.contains(part), "\(part)") }
    }

    @Test func `figures add up part by part`() {
        let one = Margin.Figures(jobs: 1, captured: .whole(2), cost: 3, reported: 4, lost: 5, jobsWithoutCost: 6)
        let two = Margin.Figures(jobs: 2, captured: .whole(4), cost: 6, reported: 8, lost: 10, jobsWithoutCost: 12)

        #expect(one + one + Margin.Figures() == two)
    }
}

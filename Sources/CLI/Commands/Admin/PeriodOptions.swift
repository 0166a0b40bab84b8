import ArgumentParser
import Core

/// A part of the books by time.
struct PeriodOptions: ParsableArguments {
    @Option(help: """
        The start: a time such as 2026-11-21T05:03:49Z, or a date, meaning 00:00 UTC. Default: 40 days before the \
        end.
        """)
    var from: String?
    @Option(help: "The end (exclusive). Default: now.") var to: String?

    var isGiven: Bool { from != nil || to != nil }

    func validate() throws {
        for text in [from, to].compactMap(\.self) where Instant(text: text) == nil {
            throw ValidationError(
                "'\(text)' must be a time such as 2026-11-21T05:03:49Z, or a date such as 2026-11-21.")
        }
    }

    func period(at now: Instant) throws -> ReconciliationPeriod {
        guard
            let period = ReconciliationPeriod(
                from: from.flatMap { Instant(text: $0) }, to: to.flatMap { Instant(text: $0) }, now: now)
        else {
            throw Failure(.usage, "--from must be before --to, and at most 366 days apart.")
        }
        return period
    }
}

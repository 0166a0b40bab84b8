/// The credits that a paid invoice brings: those of the periods that it is for, and if a plan was changed within one,
/// the difference of the two plans for what was left of it. It depends on nothing but the invoice, so it is the same
/// whenever it is applied, and after whatever.
struct InvoiceGrant: Sendable, Hashable {
    let plan: Plan
    let credits: Credits
    let expiresAt: Instant

    /// Nil if no line is of a plan.
    ///
    /// - Parameter plans: Of the lines' prices.
    init?(_ lines: [StripeInvoice.Line], _ plans: [String: Plan], now: Instant) {
        let known = lines.compactMap { line in plans[line.price].map { (line: line, plan: $0) } }
        // The plan that goes on is the one whose period ends last; of several, the one that is paid for, and of several
        // changes within a period the last.
        func order(_ line: StripeInvoice.Line) -> (Instant, Int, Instant, Int64) {
            (line.end, line.isCredit ? 0 : 1, line.start, line.amount)
        }
        guard let last = known.max(by: { order($0.line) < order($1.line) }) else { return nil }
        let periods = known.filter { !$0.line.isProration }.reduce(Credits.zero) { sum, entry in
            sum + InvoiceGrant.monthlyCredits(entry)
        }
        plan = last.plan
        credits = periods + max(.zero, InvoiceGrant.difference(known.filter(\.line.isProration)))
        let rolled = last.line.end + (Month.before(last.line.end).distance * last.plan.rollover)
        // What comes late is not to be gone at once.
        expiresAt = max(rolled, now + .seconds(7 * 86_400))
    }

    /// Of as many of the plan as the line is for.
    private static func monthlyCredits(_ entry: (line: StripeInvoice.Line, plan: Plan)) -> Credits {
        Credits(hundredths: entry.plan.monthlyCredits.hundredths.multiplied(clamped: max(entry.line.quantity, 1)))
    }

    /// What is charged for counts, what is given back for counts against it; each by the share of a month that it
    /// covers.
    private static func difference(_ prorations: [(line: StripeInvoice.Line, plan: Plan)]) -> Credits {
        prorations.reduce(Credits.zero) { sum, entry in
            let month = Month.before(entry.line.end).distance.milliseconds
            let covered = min((entry.line.end - entry.line.start).milliseconds, month)
            guard month > 0, covered > 0 else { return sum }
            let share = monthlyCredits(entry).share(covered, of: month)
            return entry.line.isCredit ? sum - share : sum + share
        }
    }
}

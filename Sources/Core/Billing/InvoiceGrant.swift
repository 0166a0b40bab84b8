/// The credits that a paid invoice brings: those of the periods that it is for, and where a plan was changed in the midst
/// of one, the difference of the two plans for what was left of it. It depends on nothing but the invoice, so it is the
/// same whenever it is applied, and after whatever.
struct InvoiceGrant: Sendable, Hashable {
    let plan: Plan
    let credits: Credits
    let expiresAt: Instant

    /// Nothing where no line is of a plan of ours.
    ///
    /// - Parameter plans: Of the lines' prices.
    init?(_ lines: [StripeInvoice.Line], _ plans: [String: Plan], now: Instant) {
        let known = lines.compactMap { line in plans[line.price].map { (line: line, plan: $0) } }
        // The plan that goes on is the one whose period ends last; of several, the one that is paid for.
        guard let last = known.max(by: { ($0.line.end, $0.line.amount) < ($1.line.end, $1.line.amount) }) else { return nil }
        let periods = known.filter { !$0.line.isProration }.reduce(Credits.zero) { sum, entry in
            sum + Credits(hundredths: entry.plan.monthlyCredits.hundredths * max(entry.line.quantity, 1))
        }
        plan = last.plan
        credits = periods + max(.zero, InvoiceGrant.difference(known.filter(\.line.isProration)))
        let rolled = last.line.end + (Month.before(last.line.end).distance * last.plan.rollover)
        // What comes late is not to be gone at once.
        expiresAt = max(rolled, now + .seconds(7 * 86_400))
    }

    /// What is charged for counts, what is given back for counts against it; each by the share of a month that it covers.
    private static func difference(_ prorations: [(line: StripeInvoice.Line, plan: Plan)]) -> Credits {
        prorations.reduce(Credits.zero) { sum, entry in
            let month = Month.before(entry.line.end).distance.milliseconds
            let covered = min((entry.line.end - entry.line.start).milliseconds, month)
            guard month > 0, covered > 0 else { return sum }
            let share = entry.plan.monthlyCredits.share(covered, of: month)
            return entry.line.amount < 0 ? sum - share : sum + share
        }
    }
}

/// What a paid invoice is for, month by month: each line by the time that it spans, its plan and its quantity. It
/// depends on nothing but the invoice, so it is the same whenever it is applied, and after whatever. What of it is
/// granted depends on what was granted before: see `PlanMonth`.
struct InvoiceGrant: Sendable, Hashable {
    /// The plan that goes on.
    let plan: Plan
    /// By their ends. Those that neither bring nor give back anything are left out, but for a trial's.
    let months: [PlanMonth]

    /// Whether it can bring credits, if none were granted for the same time before.
    var mayBring: Bool { months.contains { $0.credits > .zero } }

    /// Nil if no line is of a plan.
    ///
    /// - Parameters:
    ///   - plans: Of the lines' prices.
    ///   - trial: That of the invoice's subscription.
    init?(
        _ lines: [StripeInvoice.Line], _ plans: [String: Plan], key: String = "", trial: StripeTrial? = nil,
        now: Instant
    ) {
        let known = lines.compactMap { line in plans[line.price].map { (line: line, plan: $0) } }
        // The plan that goes on is the one whose period ends last; of several, the one that is paid for, and of several
        // changes within a period the last.
        func order(_ line: StripeInvoice.Line) -> (Instant, Int, Instant, Int64) {
            (line.end, line.isCredit ? 0 : 1, line.start, line.amount)
        }
        guard let last = known.max(by: { order($0.line) < order($1.line) }) else { return nil }
        plan = last.plan
        let shares = known.flatMap { line, plan in
            InvoiceGrant.shares(of: line, plan, isTrial: trial?.covers(line) ?? false)
        }
        months = InvoiceGrant.months(shares, key, now: now)
    }

    /// What a line brings, or gives back, of one month.
    private struct Share: Hashable {
        let part: Month.Part
        let expiresAt: Instant
        let countsAt: Instant?
        let credits: Credits
        let isTrial: Bool
    }

    private static func shares(of line: StripeInvoice.Line, _ plan: Plan, isTrial: Bool) -> [Share] {
        let parts = Month.parts(from: line.start, to: line.end)
        let monthly = Credits(hundredths: plan.monthlyCredits.hundredths.multiplied(clamped: max(line.quantity, 0)))
        let credits = parts.enumerated().map { place, part in
            isTrial || !line.isProration
                ? ofPeriod(monthly, part, isWhole: place > 0 || Month.areWhole(parts)) : ofRest(monthly, part)
        }
        if isTrial, let last = parts.last {
            let whole = Month.Part(start: line.start, end: line.end, month: last.month)
            let sum = credits.reduce(.zero, +)
            return [Share(part: whole, expiresAt: line.end, countsAt: nil, credits: sum, isTrial: true)]
        }
        return zip(parts, credits).enumerated().map { place, entry in
            let (part, credits) = entry
            return Share(
                part: part, expiresAt: part.end + Month.before(part.end).distance * plan.rollover,
                countsAt: place == 0 ? nil : part.start, credits: line.isCredit ? -credits : credits, isTrial: false)
        }
    }

    /// A month of a period; one that is no month of the calendar brings its days' share of thirty.
    private static func ofPeriod(_ monthly: Credits, _ part: Month.Part, isWhole: Bool) -> Credits {
        let thirtyDays = Duration.seconds(30 * 86_400)
        guard !isWhole, part.covered < thirtyDays else { return monthly }
        return monthly.share(part.covered.milliseconds, of: thirtyDays.milliseconds)
    }

    /// What is left of a month when something changes within it.
    private static func ofRest(_ monthly: Credits, _ part: Month.Part) -> Credits {
        guard part.covered < part.month else { return monthly }
        return monthly.share(part.covered.milliseconds, of: part.month.milliseconds)
    }

    /// Summed by the months' ends: what is charged for counts, what is given back for counts against it.
    private static func months(_ shares: [Share], _ key: String, now: Instant) -> [PlanMonth] {
        struct Place: Hashable {
            let end: Instant
            let isTrial: Bool
        }
        let groups = Dictionary(grouping: shares) { Place(end: $0.part.end, isTrial: $0.isTrial) }
        let ordered = groups.sorted { ($0.key.end, $0.key.isTrial ? 1 : 0) < ($1.key.end, $1.key.isTrial ? 1 : 0) }
        return ordered.enumerated().compactMap { position, group in
            let (place, shares) = group
            let credits = shares.reduce(Credits.zero) { $0 + $1.credits }
            guard credits != .zero || place.isTrial else { return nil }
            let countsAt = shares.contains { $0.countsAt == nil } ? nil : shares.compactMap(\.countsAt).min()
            return PlanMonth(
                invoice: key, position: position, start: shares.reduce(place.end) { min($0, $1.part.start) },
                end: place.end, expiresAt: shares.reduce(place.end) { max($0, $1.expiresAt) }, countsAt: countsAt,
                credits: credits, isTrial: place.isTrial, isOpen: credits > .zero && countsAt.map { $0 > now } ?? false)
        }
    }
}

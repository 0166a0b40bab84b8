/// What one paid invoice is for within one month, or within the part of a month that it covers: so many credits, or
/// fewer than none if it gives back more than it charges for. A year's invoice has twelve.
struct PlanMonth: Sendable, Hashable {
    /// The key of its invoice, such as `invoice:in_1`.
    let invoice: String
    /// Among those of its invoice.
    let position: Int
    let start: Instant
    let end: Instant
    /// When its credits expire, if they do not come late.
    let expiresAt: Instant
    /// From when on it counts. Nil for the first month of a line, which counts as soon as it is paid for, whatever time
    /// it is at Stripe.
    let countsAt: Instant?
    let credits: Credits
    /// A trial brings its share once for an account, and has nothing to do with what is paid for.
    var isTrial = false
    /// How much of its credits has been granted.
    var granted = Credits.zero
    /// How much of its credits does not come, since its payment was refunded or is disputed.
    var withheld = Credits.zero
    /// Whether it is still to be granted, or looked at again.
    var isOpen = false

    /// A month's credits that are to be granted now.
    struct Grant: Sendable, Hashable {
        /// Of the month, in the list that it was found in.
        let place: Int
        let credits: Credits
    }

    /// What was granted beyond what was paid for.
    struct Excess: Sendable, Hashable {
        let start: Instant
        let end: Instant
        let paid: Credits
        let granted: Credits
    }

    func hasBegun(at now: Instant) -> Bool { countsAt.map { $0 <= now } ?? true }

    /// What it counts for now.
    fileprivate var net: Credits { credits - withheld }
    /// What it can still bring.
    fileprivate var left: Credits { max(.zero, net - granted) }
}

extension [PlanMonth] {
    /// What is to be granted now. Within a month it is what was paid for in all, less what was granted: so what is
    /// given back and paid for again brings nothing. Months that overlap count as one, as where a period was cut short
    /// and another took its place.
    ///
    /// - Parameters:
    ///   - self: All months of an account, the earliest invoice first.
    ///   - invoice: The one whose months are granted first.
    func due(at now: Instant, first invoice: String? = nil) -> [PlanMonth.Grant] {
        groups(at: now).flatMap { group -> [PlanMonth.Grant] in
            var due = group.net - group.granted
            let places = group.places.filter { self[$0].invoice == invoice }
                + group.places.filter { self[$0].invoice != invoice }
            var grants: [PlanMonth.Grant] = []
            for place in places where due > .zero && self[place].left > .zero {
                let credits = Swift.min(due, self[place].left)
                grants.append(PlanMonth.Grant(place: place, credits: credits))
                due -= credits
            }
            return grants
        }
    }

    /// Where the money went back after the credits had come.
    func excess(at now: Instant) -> [PlanMonth.Excess] {
        groups(at: now).filter { $0.granted > Swift.max(.zero, $0.net) }.map {
            PlanMonth.Excess(start: $0.start, end: $0.end, paid: Swift.max(.zero, $0.net), granted: $0.granted)
        }
    }

    /// The months that count now, those that overlap in one group.
    private func groups(at now: Instant) -> [MonthGroup] {
        let counting = indices.filter { !self[$0].isTrial && self[$0].hasBegun(at: now) }
        let months = Dictionary(grouping: counting) { self[$0].end }.values.map { group($0) }
        // A month that was given back before it began links nothing.
        let living = months.filter { $0.net != .zero || $0.granted != .zero }
        var groups: [MonthGroup] = []
        for month in living.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
            if let last = groups.last, month.start < last.end {
                groups[groups.count - 1] = MonthGroup(
                    start: last.start, end: Swift.max(last.end, month.end), net: last.net + month.net,
                    granted: last.granted + month.granted, places: (last.places + month.places).sorted())
            } else {
                groups.append(month)
            }
        }
        return groups
    }

    /// - Parameter places: Of months with the same end; not empty.
    private func group(_ places: [Int]) -> MonthGroup {
        var group = MonthGroup(
            start: self[places[0]].start, end: self[places[0]].end, net: .zero, granted: .zero, places: places)
        for place in places {
            group.start = Swift.min(group.start, self[place].start)
            group.net += self[place].net
            group.granted += self[place].granted
        }
        return group
    }
}

/// Months that count together.
private struct MonthGroup {
    var start: Instant
    var end: Instant
    var net: Credits
    var granted: Credits
    /// In the list that they are from.
    var places: [Int]
}

// MARK: - Refunds of months to come

extension [PlanMonth] {
    /// What one invoice's months are still to bring, or would bring if it were not withheld.
    var coming: Credits { reduce(.zero) { $0 + $1.coming } }

    /// The same months, of which so many credits in all do not come: of the last ones first, since the time that is
    /// paid for is the earlier one.
    func withholding(_ credits: Credits) -> [PlanMonth] {
        var (months, left) = (self, credits)
        for place in indices.sorted(by: { self[$0].end > self[$1].end }) {
            let withheld = Swift.min(self[place].coming, left)
            left -= withheld
            // What is no longer withheld may be due by now.
            if withheld < months[place].withheld { months[place].isOpen = true }
            months[place].withheld = withheld
        }
        return months
    }
}

extension PlanMonth {
    /// Of a month that is past, only what was withheld can still come.
    fileprivate var coming: Credits { isOpen ? max(.zero, credits - granted) : withheld }
}

import Foundation

/// A month as a subscription counts it, in UTC.
struct Month: Sendable, Hashable {
    /// The most months that a span is divided into: Stripe's longest period has three years.
    static let most = 37

    let start: Instant
    let end: Instant

    /// The month that ends at `end`. After a 31st it may have fewer days than Stripe counts; a share of a month is off
    /// by no more than that.
    static func before(_ end: Instant) -> Month { Month(start: instant(-1, from: end), end: end) }

    var distance: Duration { end - start }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    /// So many months later, on the same day of the month or its last one.
    private static func instant(_ months: Int, from instant: Instant) -> Instant {
        let date = Date(timeIntervalSince1970: TimeInterval(instant.seconds))
        return calendar.date(byAdding: .month, value: months, to: date).map {
            Instant(seconds: Int64($0.timeIntervalSince1970))
        } ?? instant + .seconds(Int64(months) * 30 * 86_400)
    }
}

// MARK: - The months of a span

extension Month {
    /// What a span covers of one month.
    struct Part: Sendable, Hashable {
        let start: Instant
        let end: Instant
        /// How long the whole month is.
        let month: Duration

        var covered: Duration { end - start }
    }

    /// The months of a span, the earliest first, counted back from its end, so that a period and what is left of it
    /// have the same ones. The first may be a part of a month. Up to 31 days are one month or a part of it.
    static func parts(from start: Instant, to end: Instant) -> [Part] {
        guard start < end else { return [] }
        guard end - start > .seconds(31 * 86_400) else {
            return [Part(start: start, end: end, month: before(end).distance)]
        }
        var parts: [Part] = []
        var upper = end
        for count in 1...most {
            let lower = instant(-count, from: end)
            parts.append(Part(start: max(lower, start), end: upper, month: upper - lower))
            guard lower > start else { break }
            upper = lower
        }
        return parts.reversed()
    }

    /// Whether a span is of whole months, counted from either side: from a 31st on, Stripe's months end on the last day
    /// of shorter ones.
    static func areWhole(_ parts: [Part]) -> Bool {
        guard let first = parts.first, let last = parts.last else { return false }
        return first.covered == first.month || instant(parts.count, from: first.start) == last.end
    }
}

import Foundation

/// Periods of subscriptions, and shares of them.
enum Period {
    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    /// The end of the period that begins at `start`. Months are counted from the anchor, so that the 31st is the 31st
    /// again after a February.
    static func end(of start: Int64, anchor: Int64, _ recurring: Price.Recurring) -> Int64 {
        switch recurring.interval {
        case .day: return start + recurring.count * 86_400
        case .week: return start + recurring.count * 7 * 86_400
        case .month: return months(recurring.count, after: start, anchor: anchor)
        case .year: return months(12 * recurring.count, after: start, anchor: anchor)
        }
    }

    private static func months(_ count: Int64, after start: Int64, anchor: Int64) -> Int64 {
        let (from, to) = (date(anchor), date(start))
        let passed = calendar.dateComponents([.month], from: from, to: to).month ?? 0
        // A clamped start (28 February) may count as a month less than it is.
        for months in passed + Int(count)...passed + Int(count) + 1 {
            guard let end = calendar.date(byAdding: .month, value: months, to: from) else { continue }
            let earliest = calendar.date(byAdding: .month, value: Int(count), to: to) ?? to
            if end >= earliest { return Int64(end.timeIntervalSince1970) }
        }
        preconditionFailure("a month after any date is a date")
    }

    private static func date(_ instant: Int64) -> Date { Date(timeIntervalSince1970: Double(instant)) }

    /// What `amount` is for the rest of a period, rounded to the minor unit, half away from zero.
    static func share(of amount: Int64, from now: Int64, start: Int64, end: Int64) -> Int64 {
        guard end > start else { return 0 }
        let left = max(0, end - max(now, start))
        // An amount of many units times the seconds of a year needs more than 64 bits.
        let (product, length) = (Int128(amount) * Int128(left), Int128(end - start))
        let half = product < 0 ? -length : length
        return Int64((2 * product + half) / (2 * length))
    }
}

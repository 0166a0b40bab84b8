import Foundation

/// A month as a subscription counts it.
struct Month: Sendable, Hashable {
    let start: Instant
    let end: Instant

    /// The month that ends at `end`, in UTC. After a 31st it may have fewer days than Stripe counts; a share of a month
    /// is off by no more than that.
    static func before(_ end: Instant) -> Month {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let date = Date(timeIntervalSince1970: TimeInterval(end.seconds))
        let start = calendar.date(byAdding: .month, value: -1, to: date).map {
            Instant(seconds: Int64($0.timeIntervalSince1970))
        }
        return Month(start: start ?? end - .seconds(30 * 86_400), end: end)
    }

    var distance: Duration { end - start }
}

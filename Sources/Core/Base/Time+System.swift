import Foundation

extension Time {
    /// The machine's clock.
    package static let system = Time(
        now: { Instant(rawValue: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))) },
        sleep: { try await Task.sleep(for: $0) })
}

extension Instant {
    /// RFC 3339 in UTC with milliseconds, such as `2026-01-02T03:04:05.678Z`.
    package var text: String {
        // A fraction as a floating-point number would often be truncated one too low.
        let milliseconds = (rawValue % 1000 + 1000) % 1000
        let second = Date(timeIntervalSince1970: Double((rawValue - milliseconds) / 1000))
            .formatted(
                .iso8601.year().month().day().time(includingFractionalSeconds: false).timeZone(separator: .omitted))
        return second.dropLast() + "." + String(1000 + milliseconds).dropFirst() + "Z"
    }

    /// RFC 3339 in UTC with or without a fraction, or a day alone, which means its beginning.
    package init?(text: String) {
        let day = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
        let second = day.time(includingFractionalSeconds: false).timeZone(separator: .omitted)
        let fraction = day.time(includingFractionalSeconds: true).timeZone(separator: .omitted)
        let isDay = text.utf8.count == 10
        guard isDay || text.hasSuffix("Z") else { return nil }
        for style in isDay ? [day] : [second, fraction] {
            guard let date = try? Date(text, strategy: style) else { continue }
            self.init(rawValue: Int64((date.timeIntervalSince1970 * 1000).rounded()))
            return
        }
        return nil
    }

    /// The beginnings of this instant's month and of the next, in UTC.
    var month: (start: Instant, end: Instant) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        guard let month = calendar.dateInterval(of: .month, for: Date(timeIntervalSince1970: Double(seconds))) else {
            preconditionFailure("every instant is in a month")
        }
        func instant(_ date: Date) -> Instant { Instant(seconds: Int64(date.timeIntervalSince1970.rounded())) }
        return (instant(month.start), instant(month.end))
    }

    /// Midnight at the start of this instant's day in UTC.
    package var startOfDay: Instant {
        Instant(rawValue: rawValue - (rawValue % 86_400_000 + 86_400_000) % 86_400_000)
    }
}

import Foundation

#if canImport(Glibc)
import Glibc
#endif

extension Time {
    /// The machine's clock.
    package static let system = Time(
        now: { Instant(rawValue: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))) },
        sleep: { try await Task.sleep(for: $0) })
}

extension Instant {
    /// RFC 3339 in UTC with milliseconds, such as `2026-01-02T03:04:05.678Z`.
    package var text: String {
        let milliseconds = (rawValue % 1000 + 1000) % 1000
        var seconds = time_t((rawValue - milliseconds) / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        // By hand, since each body and each line of the log has one: Foundation would make a formatter every time.
        func digits(_ value: Int, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(count - text.utf8.count, 0)) + text
        }
        let day = [parts.tm_mon + 1, parts.tm_mday].map { "-" + digits(Int($0), 2) }.joined()
        let time = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { digits(Int($0), 2) }.joined(separator: ":")
        return "\(digits(Int(parts.tm_year) + 1900, 4))\(day)T\(time).\(digits(Int(milliseconds), 3))Z"
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

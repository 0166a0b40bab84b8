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

    /// RFC 3339 with or without a fraction, its letters in either case, its offset `Z`, `+01:00` or `+0100`; or a day
    /// alone, which means its beginning in UTC. Nil for anything else, also for what no calendar or clock shows, such
    /// as the 30th of February. A fraction is rounded to milliseconds.
    package init?(text: String) {
        let full = text.utf8.count == 10 ? text + "T00:00:00Z" : text.uppercased()
        let second = full.prefix(19)
        let numbers = second.split { !$0.isASCII || !$0.isNumber }.compactMap { Int32($0) }
        guard numbers.count == 6, numbers[0] < 10_000, let (fraction, offset) = Self.fraction(full.dropFirst(19)),
            let milliseconds = Self.milliseconds(fraction)
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
        let whole = Instant(seconds: Int64(timegm(&parts)))
        // What does not exist comes back as something else, and so does what was written in another way.
        guard whole.text.prefix(19) == second else { return nil }
        self.init(rawValue: whole.rawValue + milliseconds - offset)
        // Its text, in UTC, has four digits for the year.
        guard (-62_167_219_200_000...253_402_300_799_999).contains(rawValue) else { return nil }
    }

    /// Splits what follows the seconds into a fraction and the offset from UTC, in milliseconds. Nil if there is no
    /// offset.
    private static func fraction(_ rest: Substring) -> (fraction: Substring, offset: Int64)? {
        if rest.last == "Z" { return (rest.dropLast(), 0) }
        guard let sign = rest.lastIndex(where: { $0 == "+" || $0 == "-" }) else { return nil }
        var digits = Array(rest[rest.index(after: sign)...].utf8)
        if digits.count == 5, digits[2] == UInt8(ascii: ":") { digits.remove(at: 2) }
        guard digits.count == 4, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let numbers = digits.map { Int64($0) - 48 }
        let (hours, minutes) = (numbers[0] * 10 + numbers[1], numbers[2] * 10 + numbers[3])
        guard hours < 24, minutes < 60 else { return nil }
        let offset = (hours * 60 + minutes) * 60_000
        return (rest[..<sign], rest[sign] == "+" ? offset : -offset)
    }

    /// - Parameter fraction: Empty, or a point and at most nine digits.
    private static func milliseconds(_ fraction: Substring) -> Int64? {
        guard !fraction.isEmpty else { return 0 }
        let digits = fraction.dropFirst()
        guard fraction.first == ".", (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let nanoseconds = Int64(String(digits) + String(repeating: "0", count: 9 - digits.utf8.count))
        else { return nil }
        return (nanoseconds + 500_000) / 1_000_000
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

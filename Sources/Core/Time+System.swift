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
        Date(timeIntervalSince1970: Double(rawValue) / 1000)
            .formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted))
    }

    /// Midnight at the start of this instant's day in UTC.
    package var startOfDay: Instant {
        Instant(rawValue: rawValue - (rawValue % 86_400_000 + 86_400_000) % 86_400_000)
    }
}

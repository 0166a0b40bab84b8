@testable import Core
import Testing

/// Which polls are reported to the operator: one line for each cause, not one for each poll.
struct PollReportsTests {
    private static let refused = PollResult.unusable(
        ProviderFailure(.misconfigured, "no user", isTransient: false), timeout: .seconds(60))
    private static let unreadable = PollResult.unusable(
        ProviderFailure(.failed, "HTTP 204", isTransient: false), timeout: .seconds(300))
    private static let unknown = PollResult.running(ProviderProgress(unknownState: "PAUSED"))
    private static let down = PollResult.unavailable("HTTP 503", retryAfter: nil)
    private static let running = PollResult.running(ProviderProgress(percent: 5))

    /// Polls in their order, each at a second and with its response, and the seconds at which a line is written.
    @Test(arguments: [
        ([(0, running), (1, .ended([:])), (2, .notFound)], []),
        ([(0, refused), (1, refused), (599, refused)], [0]), ([(0, refused), (600, refused)], [0, 600]),
        // Other work of the provider that goes on does not make it news.
        ([(0, refused), (1, running), (2, refused)], [0]),
        ([(0, refused), (1, unreadable), (2, unknown), (3, unknown)], [0, 1, 2]),
        ([(0, down), (119, down)], []), ([(0, down), (120, down), (121, down)], [120]),
        ([(0, down), (60, running), (120, down), (239, down)], []), ([(0, down), (120, down), (720, down)], [120, 720]),
    ] as [([(Int64, PollResult)], [Int64])])
    func `a cause is reported once in ten minutes, and an outage once it lasts`(
        polls: [(Int64, PollResult)], lines: [Int64]
    ) {
        var reports = PollReports()
        let reported = polls.filter { second, result in
            reports.report(result, of: "fal", at: Instant(seconds: second)) != nil
        }
        #expect(reported.map(\.0) == lines)
    }

    @Test func `a report says what it is about, and each provider has its own`() {
        var reports = PollReports()
        let now = Instant(seconds: 1)

        #expect(reports.report(Self.refused, of: "fal", at: now)
            == PollReports.Report(kind: .refused, code: .misconfigured, reason: "no user"))
        #expect(reports.report(Self.unreadable, of: "fal", at: now)
            == PollReports.Report(kind: .unreadable, code: .failed, reason: "HTTP 204"))
        #expect(reports.report(Self.unknown, of: "fal", at: now)
            == PollReports.Report(kind: .unknownState, code: nil, reason: "PAUSED"))
        #expect(reports.report(Self.refused, of: "another", at: now) != nil)
        #expect(reports.report(Self.refused, of: "fal", at: now) == nil)
    }
}

import Core
import Testing
@testable import Web

struct BanDurationTests {
    private let now = Instant(seconds: 1_800_000_000)

    /// As Go's `time.ParseDuration` reads them.
    @Test(arguments: [
        ("24h", 86_400_000), ("1h30m", 5_400_000), ("1.5h", 5_400_000), ("90s", 90_000), ("300ms", 300),
        ("+2m", 120_000), ("1h1m1s1ms", 3_661_001), ("1us", 1), ("1ns", 1), (".5s", 500),
        ("876000h", 3_153_600_000_000), ("2562047h", 9_223_369_200_000),
    ] as [(String, Int64)])
    func `a duration bans from now`(text: String, milliseconds: Int64) {
        #expect(BanDuration.access(text, now: now) == .disabled(until: now + .milliseconds(milliseconds)))
    }

    @Test(arguments: ["none", "0", "0s", "-1h", "-0"])
    func `none, and what ends before it begins, is no ban`(text: String) {
        #expect(BanDuration.access(text, now: now) == .enabled)
    }

    @Test(arguments: [
        "", "h", "24", "1d", "1 h", "1h ", "h1", "1h30", "1,5h", "--1h", ".h", "1..5h", "٣h", "forever", "2562048h",
        "1234567890123456h", "NONE",
    ])
    func `what Go does not read is refused`(text: String) {
        #expect(BanDuration.access(text, now: now) == nil)
    }
}

@testable import Core
import Foundation
import TestSupport
import Testing

struct InstantTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (1_764_267_603_007, "2025-11-27T18:20:03.007Z"),
    ] as [(Int64, String)])
    func `an instant has one text, and is read from it`(milliseconds: Int64, text: String) {
        #expect(Instant(rawValue: milliseconds).text == text)
        #expect(Instant(text: text)?.rawValue == milliseconds)
    }

    @Test func `any instant of ten thousand years survives its text, as Foundation reads it too`() throws {
        var chance = Seeded(12)
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for _ in 0..<2_000 {
            let instant = Instant(rawValue: chance.number(-62_167_219_200_000...253_402_300_799_999))
            #expect(Instant(text: instant.text) == instant)
        }
        for _ in 0..<200 {
            let instant = Instant(rawValue: chance.number(0...4_000_000_000_000))
            let date = try Date(instant.text, strategy: style)
            #expect(Int64((date.timeIntervalSince1970 * 1000).rounded()) == instant.rawValue)
        }
    }

    @Test(arguments: [
        ("2026-11-21T05:03:49Z", 0), ("2026-11-21t05:03:49z", 0),
        ("2026-11-21T05:03:49.5Z", 500), ("2026-11-21T05:03:49.05Z", 50),
        ("2026-11-21T05:03:49.0004Z", 0), ("2026-11-21T05:03:49.0005Z", 1), ("2026-11-21T05:03:49.123456789Z", 123),
        ("2026-11-21T05:03:49.9994Z", 999), ("2026-11-21T05:03:49.999999999Z", 1000),
    ] as [(String, Int64)])
    func `a fraction is rounded to milliseconds`(text: String, milliseconds: Int64) {
        #expect(Instant(text: text)?.rawValue == 1_795_237_429_000 + milliseconds)
    }

    @Test(arguments: [
        ("2026-11-21T05:03:49+00:00", 0), ("2026-11-21T05:03:49-00:00", 0), ("2026-11-21T05:03:49+0000", 0),
        ("2026-11-21T06:03:49+01:00", 0), ("2026-11-21T00:03:49-05:00", 0), ("2026-11-20T21:33:49-07:30", 0),
        ("2026-11-21T06:03:49+0100", 0), ("2026-11-22T05:02:49+23:59", 0), ("2026-11-20T05:04:49-2359", 0),
        // As Python's `isoformat` writes them.
        ("2026-11-21T05:03:49.937123+00:00", 937), ("2026-11-21T00:03:49.937623-05:00", 938),
    ] as [(String, Int64)])
    func `an offset is taken into account, in either form`(text: String, milliseconds: Int64) {
        #expect(Instant(text: text)?.rawValue == 1_795_237_429_000 + milliseconds)
    }

    @Test func `an instant that in UTC is in no year of four digits is none`() {
        #expect(Instant(text: "0000-01-01T00:00:00+00:01") == nil && Instant(text: "0000-01-01T00:00:00-00:01") != nil)
        #expect(Instant(text: "9999-12-31T23:59:59-00:01") == nil && Instant(text: "9999-12-31T23:59:59+00:01") != nil)
        #expect(Instant(text: "9999-12-31T23:59:59.9996Z") == nil)
    }

    @Test func `a day is its beginning`() {
        #expect(Instant(text: "2024-02-29")?.text == "2024-02-29T00:00:00.000Z")
        #expect(Instant(text: "1969-12-31")?.rawValue == -86_400_000)
    }

    @Test(arguments: [
        // What no calendar and no clock shows.
        "2026-02-29", "2026-02-30", "2100-02-29", "2026-04-31", "2026-00-10", "2026-13-01", "2026-01-00", "2026-01-32",
        "2026-01-01T24:00:00Z", "2026-01-01T23:60:00Z", "2026-01-01T23:59:60Z", "2026-01-01T99:99:99Z",
        // Another form.
        "2026-1-002", "02026-1-01", "+026-01-01", "-026-01-01", "2026/01/01", "2026-01-0２", "20260101T00", "          ",
        "2026-01-01T00:00Z", "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z", "2026-01-01T00:00:00ZZ", "2026-01-01T00:00:00+00:00Z", "2026-01-01T00:00:00 Z",
        " 2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z\n", "2026-01-01T00:00:00,5Z", "2026-01-01T0:00:00.50Z",
        "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.-5Z", "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01T00:00:00.5.5Z", "2026-01-01T00:00:00.٥Z", "2026-01-01T00:00:00.5",
        // No offset, or half of one.
        "2026-01-01T00:00:00+", "2026-01-01T00:00:00+01", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00+010",
        "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00 01:00",
        "2026-01-01T00:00:00+01:00Z", "2026-01-01T00:00:00Z+01:00", "2026-01-01T00:00:00++01:00",
        "2026-01-01T00:00:00+01:0٠", "2026-01-01T00:00:00+01-00", "2026-01-01+01:00", "2026-01-01T00:00+01:00",
        // More than any number holds.
        "12345-01-01T00:00:00Z", "999999999-01-01T00:00:00Z", "99999999999-01-01T00:00:00Z",
        "2026-99999999999999-01T00:00:00Z", "0-0-0-0-9999999999Z", "9999999999-9-9-9-9-9Z",
    ])
    func `what is no instant is none`(text: String) {
        #expect(Instant(text: text) == nil)
    }

    @Test func `half of an instant is none, unless it is a day`() {
        let text = "2026-11-21T05:03:49.937Z"
        for length in 0..<text.count where length != 10 { #expect(Instant(text: String(text.prefix(length))) == nil) }
    }

    @Test(arguments: [
        ("2026-02-10T12:00:00Z", "2026-02-01", "2026-03-01"), ("2026-12-31T23:59:59.999Z", "2026-12-01", "2027-01-01"),
        ("2026-01-01", "2026-01-01", "2026-02-01"), ("2024-02-29", "2024-02-01", "2024-03-01"),
    ])
    func `a month goes from its first midnight to the next one's, in UTC`(
        text: String, start: String, end: String
    ) throws {
        let month = try #require(Instant(text: text)).month

        #expect(month.start == Instant(text: start) && month.end == Instant(text: end))
    }

    @Test func `a day begins at midnight, before 1970 too`() throws {
        for text in ["2026-11-21T23:59:59.999Z", "2026-11-21", "1969-12-31T00:00:00.001Z"] {
            let instant = try #require(Instant(text: text))
            #expect(instant.startOfDay.text == text.prefix(10) + "T00:00:00.000Z")
            #expect(instant.startOfDay.startOfDay == instant.startOfDay)
        }
    }

    @Test(arguments: [
        ("2026-03-31", "2026-02-28"), ("2024-03-31", "2024-02-29"), ("2026-01-15", "2025-12-15"),
        ("2026-05-30", "2026-04-30"),
    ])
    func `a subscription's month ends a calendar month after its start`(end: String, start: String) throws {
        let end = try #require(Instant(text: end))
        let month = Month.before(end)

        #expect(month.start == Instant(text: start) && month.end == end)
        #expect(month.distance == end - month.start)
    }

    @Test func `instants and durations add up`() {
        let instant = Instant(seconds: 100)

        #expect(instant + .milliseconds(1) > instant && instant - .milliseconds(1) < instant)
        #expect((instant + .seconds(7)) - instant == .seconds(7))
        #expect(instant - (instant + .seconds(7)) == .seconds(-7))
        #expect(instant + .microseconds(999) == instant, "less than a millisecond is none")
        #expect(Duration.seconds(-1).milliseconds == -1000 && Duration.milliseconds(-1500).milliseconds == -1500)
        #expect(Instant(rawValue: 1999).seconds == 1 && Instant(seconds: 2).milliseconds == 2000)
    }
}

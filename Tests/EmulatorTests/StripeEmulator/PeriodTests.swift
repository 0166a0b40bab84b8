import Core
import Testing
@testable import StripeEmulator

struct PeriodTests {
    @Test func `months are counted from their anchor, so that the 31st is the 31st again after a February`() throws {
        var dates = ["2027-01-31T10:00:00Z"]
        for _ in 0..<5 { dates.append(try end(of: #require(dates.last), anchor: dates[0], .month)) }

        #expect(
            dates.map { String($0.prefix(10)) } == [
                "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30",
            ])
    }

    @Test func `a year from a leap day ends on 28 February, and in a leap year on the 29th`() throws {
        let first = try end(of: "2028-02-29T00:00:00Z", anchor: "2028-02-29T00:00:00Z", .year)
        #expect(first.hasPrefix("2029-02-28"))
        #expect(try end(of: "2031-02-28T00:00:00Z", anchor: "2028-02-29T00:00:00Z", .year).hasPrefix("2032-02-29"))
    }

    @Test func `weeks and days have a fixed length`() throws {
        #expect(
            try end(of: "2027-12-31T23:00:00Z", anchor: "2027-12-31T23:00:00Z", .week).hasPrefix("2028-01-07T23:00"))
        #expect(try end(of: "2027-12-31T23:00:00Z", anchor: "2027-12-31T23:00:00Z", .day).hasPrefix("2028-01-01T23:00"))
    }

    private func end(of start: String, anchor: String, _ interval: StripeEmulator.Price.Interval) throws -> String {
        let (start, anchor) = try (#require(Instant(text: start)).seconds, #require(Instant(text: anchor)).seconds)
        return Instant(seconds: Period.end(of: start, anchor: anchor, .init(interval: interval, count: 1))).text
    }

    @Test(
        arguments: [
            (1000, 0, 1000), (1000, 50, 500), (999, 50, 500), (-999, 50, -500), (1000, 100, 0), (1000, 150, 0),
            (1000, -5, 1000),
        ] as [(Int64, Int64, Int64)])
    func `a share is that of the time left, rounded half away from zero`(amount: Int64, now: Int64, expected: Int64) {
        #expect(Period.share(of: amount, from: now, start: 0, end: 100) == expected)
    }
}

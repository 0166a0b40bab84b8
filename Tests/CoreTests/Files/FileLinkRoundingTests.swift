@testable import Core
import Foundation
import TestSupport
import Testing

/// How long links live, and that no change to one goes unnoticed.
struct FileLinkRoundingTests {
    private let clock = FakeTime()
    private let key = StorageKey.upload(.random(), of: .random(), .png)
    private var links: FileLinks {
        FileLinks(secret: Array(repeating: 7, count: 32), publicURL: "https://example.com", time: clock.time)
    }

    @Test func `a link made at any moment lives one hour to one and a quarter, and ends at a quarter`() {
        var chance = Seeded(43)
        for _ in 0..<500 {
            clock.now = Instant(rawValue: chance.number(0...4_000_000_000_000))
            let life = links.link(to: key, .epoch(0)).expiresAt - clock.now

            #expect(life >= .seconds(3600) && life < .seconds(4500), "\(clock.now)")
            #expect(links.link(to: key, .epoch(0)).expiresAt.milliseconds % 900_000 == 0)
        }
    }

    @Test func `all links of a quarter of an hour are one, and the next millisecond's is another`() {
        let start = Instant(seconds: 1_780_000_200)
        clock.now = start
        let first = links.link(to: key, .epoch(0))
        clock.now = start + .milliseconds(1)
        let second = links.link(to: key, .epoch(0))
        clock.now = start + .seconds(900)

        #expect(first.expiresAt == start + .seconds(3600), "on the quarter it is an hour to the millisecond")
        #expect(second.expiresAt == start + .seconds(4500))
        #expect(links.link(to: key, .epoch(0)) == second)
    }

    /// How long it is to live, how far a second has gone, and when the link ends, in milliseconds of that second.
    @Test(arguments: [
        (0, 1, 2_000), (-5, 0, 1_000), (1, 0, 1_000), (1_000, 999, 2_000), (1_500, 0, 2_000), (1_500, 1, 2_000),
        (60_000, 500, 61_000), (604_800_000, 0, 604_800_000), (604_800_000, 1, 604_801_000),
        (604_800_001, 0, 604_800_000), (.max / 4, 0, 604_800_000),
    ] as [(Int64, Int64, Int64)])
    func `a lifetime that is given ends at a whole second, never early`(lifetime: Int64, past: Int64, end: Int64) {
        let second = Instant(seconds: 1_780_000_000)
        clock.now = second + .milliseconds(past)

        let expiresAt = links.link(to: key, .epoch(0), lifetime: .milliseconds(lifetime)).expiresAt

        #expect(expiresAt - second == .milliseconds(end))
    }

    @Test func `no character of a signature can be changed, and no other spelling of it counts`() throws {
        let link = links.link(to: key, .epoch(0), download: "a.png")
        let items = try #require(URLComponents(string: link.url)?.queryItems)
        let values = Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.value ?? "") })
        let signature = try #require(values["signature"])
        func check(_ signature: String?) throws -> Instant {
            try links.check(
                key, expires: values["expires"], scope: nil, download: "a.png", signature: signature).expiresAt
        }

        #expect(try check(signature) == link.expiresAt)
        for position in signature.indices {
            let other = signature[position] == "A" ? "B" : "A"
            let changed = signature.replacingCharacters(in: position...position, with: other)
            #expect(throws: LinkError.invalid) { try check(changed) }
        }
        let standard = signature.replacing("-", with: "+").replacing("_", with: "/")
        for other in [signature + "=", " " + signature, signature + "A", String(signature.dropLast()), standard + "="] {
            #expect(throws: LinkError.invalid) { try check(other) }
        }
    }

    @Test func `an expiry is spelled in one way, so that it has one signature`() throws {
        let link = links.link(to: key, .epoch(0))
        let seconds = "\(link.expiresAt.seconds)"
        let signature = link.url.split(separator: "=").last.map { String($0) }
        for expires in [
            "0\(seconds)", "+\(seconds)", " \(seconds)", "\(seconds) ", "\(seconds).0", "-1", "4294967296",
            "9223372036854775808", "0x6a", "",
        ] {
            #expect(throws: LinkError.invalid, "\(expires)") {
                try links.check(key, expires: expires, scope: nil, download: nil, signature: signature)
            }
        }
        let checked = try links.check(key, expires: seconds, scope: nil, download: nil, signature: signature)
        #expect(checked.expiresAt == link.expiresAt)
    }

    @Test func `a name to save under cannot be taken for another part of what is signed`() throws {
        for name in ["", "show", "a\nb", "download x", "é%&=?#", "file\n1\n2\nshow"] {
            let link = links.link(to: key, .epoch(0), download: name)
            let items = try #require(URLComponents(string: link.url)?.queryItems)
            #expect(items.first { $0.name == "download" }?.value == name)
            let signature = items.first { $0.name == "signature" }?.value
            for other in [nil, "x", name + " ", name + "\n"] {
                #expect(throws: LinkError.invalid) {
                    try links.check(
                        key, expires: "\(link.expiresAt.seconds)", scope: nil, download: other, signature: signature)
                }
            }
        }
    }
}

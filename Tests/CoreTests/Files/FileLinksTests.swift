import Core
import Foundation
import Testing
import TestSupport

struct FileLinksTests {
    let clock = FakeTime()
    let key = StorageKey.upload(
        ID(rawValue: "01890000-0000-7000-8000-000000000002"), of: ID(rawValue: "01890000-0000-7000-8000-000000000001"),
        .png)
    var links: FileLinks {
        FileLinks(secret: Array(repeating: 7, count: 32), publicURL: "https://example.com/", time: clock.time)
    }

    private func check(
        _ url: String, key: StorageKey? = nil, with links: FileLinks? = nil, changing: [String: String?] = [:]
    ) throws -> Instant {
        let items = try #require(URLComponents(string: url)?.queryItems)
        var values = Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.value) })
        for (name, value) in changing { values[name] = value }
        return try (links ?? self.links).check(
            key ?? self.key, expires: values["expires"] ?? nil, scope: values["scope"] ?? nil,
            download: values["download"] ?? nil, signature: values["signature"] ?? nil).expiresAt
    }

    @Test func `a link lives an hour, rounded up, so that views within a quarter share it`() throws {
        let first = links.link(to: key, .epoch(0))
        clock.now = clock.now + .seconds(60)
        let second = links.link(to: key, .epoch(0))

        #expect(first == second)
        #expect(first.expiresAt.seconds % 900 == 0)
        #expect(first.expiresAt - clock.now >= .seconds(3600 - 60))
        #expect(first.expiresAt - clock.now <= .seconds(3600 + 900))
        #expect(first.url.hasPrefix("https://example.com/files/\(key)?expires="))
        #expect(try check(first.url) == first.expiresAt)
    }

    @Test func `a lifetime that is given is exact, within its bounds`() {
        #expect(links.link(to: key, .epoch(0), lifetime: .seconds(17)).expiresAt == clock.now + .seconds(17))
        #expect(links.link(to: key, .epoch(0), lifetime: .zero).expiresAt == clock.now + .seconds(1))
        let longest = links.link(to: key, .epoch(0), lifetime: .seconds(99_999_999))
        #expect(longest.expiresAt == clock.now + .seconds(7 * 86_400))
    }

    @Test func `an expired link says so, and only if it was ours`() throws {
        let link = links.link(to: key, .epoch(0), lifetime: .seconds(10))
        clock.now = clock.now + .seconds(10)

        #expect(throws: LinkError.expired) { try check(link.url) }
        #expect(throws: LinkError.invalid) { try check(link.url, changing: ["expires": "1"]) }
    }

    @Test func `whatever is changed, left out or added makes it invalid`() throws {
        let link = links.link(to: key, .epoch(0), download: "a b&c=ü.png").url
        let other = StorageKey.upload(
            ID(rawValue: "01890000-0000-7000-8000-000000000009"),
            of: ID(rawValue: "01890000-0000-7000-8000-000000000001"), .png)

        #expect(try check(link) > clock.now)
        #expect(throws: LinkError.invalid) { try check(link, key: other) }
        for change: [String: String?] in [
            ["expires": "4000000000"], ["expires": nil], ["expires": "x"], ["download": "x"], ["download": nil],
            ["scope": "1"], ["scope": "0"], ["scope": ""], ["scope": "input"], ["signature": nil], ["signature": ""],
            ["signature": String(repeating: "A", count: 43)], ["signature": "é"],
        ] {
            #expect(throws: LinkError.invalid) { try check(link, changing: change) }
        }
        #expect(throws: LinkError.invalid) { try check(links.link(to: key, .epoch(0)).url, changing: ["download": ""]) }
    }

    /// Links that were given away stay valid: they are spelled as ever.
    @Test func `a link is spelled as it always was`() {
        clock.now = Instant(seconds: 1_780_000_000)
        #expect(links.link(to: key, .epoch(0), lifetime: .seconds(60), download: "a b&c=ü%.png").url == """
            https://example.com/files/uploads/01890000-0000-7000-8000-000000000001/\
            01890000-0000-7000-8000-000000000002.png?expires=1780000060&download=a%20b%26c%3D%C3%BC%25.png\
            &signature=rDI_8vn3vLDH0mP94lQRdSWam5wDd9dprpmplFy3mv4
            """)
    }

    @Test func `another secret's link is invalid`() {
        let others = FileLinks(
            secret: Array(repeating: 8, count: 32), publicURL: "https://example.com", time: clock.time)
        #expect(throws: LinkError.invalid) { try check(others.link(to: key, .epoch(0)).url) }
    }
}

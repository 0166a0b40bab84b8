@testable import Core
import Foundation
import TestSupport
import Testing

/// What a link's signature says beside the file and the time.
struct LinkScopeTests {
    private let clock = FakeTime()
    private var links: FileLinks {
        FileLinks(secret: Array(repeating: 7, count: 32), publicURL: "https://example.com", time: clock.time)
    }

    private func asset(_ epoch: Int) -> Asset {
        let (id, account) = (ID<Asset>.random(), ID<Account>.random())
        return Asset(
            id: id, account: account, createdBy: nil, key: .upload(id, of: account, .png), name: "a.png", type: .png,
            size: 1, sha256: "", dimensions: nil, linkEpoch: epoch, createdAt: clock.now, expiresAt: nil)
    }

    private func values(_ link: SignedLink) throws -> [String: String] {
        let items = try #require(URLComponents(string: link.url)?.queryItems)
        return Dictionary(uniqueKeysWithValues: items.map { ($0.name, $0.value ?? "") })
    }

    @Test(arguments: [nil, "1", "2", "9223372036854775807", "input"] as [String?])
    func `a scope is read as it is written`(text: String?) {
        #expect(LinkScope(text: text).map(\.text) == .some(text))
    }

    @Test(arguments: [
        "", "0", "-1", "+1", "01", " 1", "1 ", "1.0", "x", "Input", "input ", "9223372036854775808", "1\n2", "１",
    ])
    func `it has no other spelling`(text: String) {
        #expect(LinkScope(text: text) == nil)
    }

    @Test func `only a link of a later epoch says which, so that older ones stay valid`() throws {
        #expect(try values(links.link(to: asset(0)))["scope"] == nil)
        #expect(try values(links.link(to: asset(7)))["scope"] == "7")
        #expect(try values(links.link(toThumbnail: 512, of: asset(7)))["scope"] == "7")
        #expect(try values(links.link(toInput: asset(7), lifetime: .seconds(60)))["scope"] == "input")
    }

    @Test func `a signature of one scope is none of another`() throws {
        let scopes: [LinkScope] = [.epoch(0), .epoch(1), .epoch(2), .epoch(12), .epoch(.max), .input]
        let key = asset(0).key
        for scope in scopes {
            let values = try values(links.link(to: key, scope, download: "2"))
            for other in scopes {
                let checked = try? links.check(
                    key, expires: values["expires"], scope: other.text, download: "2", signature: values["signature"])
                #expect(checked?.scope == (other == scope ? scope : nil), "\(scope) as \(other)")
            }
        }
    }

    /// Texts that would be another link's if the parts were only put behind each other.
    @Test func `no two links have one message`() throws {
        var chance = Seeded(62)
        let account = ID<Account>.random()
        let keys = (0..<3).map { StorageKey.output($0, of: ID(rawValue: account.rawValue), account, .png) }
        let downloads = [
            nil, "", "show", "1", "a\nb", "download ", "\(keys[0])", "\n\(keys[1])\n1\nshow",
            "file 1\n\(keys[0])\n2\nshow",
        ]
        var seen: [Data: String] = [:]
        for _ in 0..<20_000 {
            let key = keys[Int(chance.number(0...2))]
            let number = Int(chance.number(0...12))
            let scope: LinkScope = number == 12 ? .input : .epoch(number)
            let expiresAt = Instant(seconds: chance.number(0...30))
            let download = downloads[Int(chance.number(0...Int64(downloads.count - 1)))]
            let message = FileLinks.message(key, scope, expiresAt, download)
            let link = "\(key)|\(scope)|\(expiresAt.seconds)|\(download.debugDescription)"
            #expect(seen.updateValue(link, forKey: message) ?? link == link)
        }
        #expect(Set(seen.values).count == seen.count && seen.count > 5_000)
    }
}

@testable import Core
import Testing

struct ShareLinksTests {
    private let links = ShareLinks(secret: Array(repeating: 9, count: 32), publicURL: "https://example.com/")

    @Test func `a link names its share to who made it, and shows nothing of it`() throws {
        let share = ID<Share>.random()
        let token = links.token(of: share)

        #expect(links.url(of: share) == "https://example.com/s/\(token)" && links.path(of: share) == "/s/\(token)")
        #expect(token.utf8.count == 43)
        #expect(token.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
            || [45, 95].contains($0) })
        #expect(links.share(of: token) == share)
        #expect(links.token(of: share) == token, "its owner sees the same again")
        #expect(links.token(of: .random()) != token)
    }

    @Test func `what another secret made, or what was changed in one place, is no link`() throws {
        let share = ID<Share>.random()
        let token = links.token(of: share)
        let other = ShareLinks(secret: Array(repeating: 8, count: 32), publicURL: "https://example.com")

        #expect(other.share(of: token) == nil && other.token(of: share) != token)
        for place in token.indices {
            for letter in ["A", "B", "z", "_"] where letter != String(token[place]) {
                let changed = token[..<place] + letter + token[token.index(after: place)...]
                #expect(links.share(of: String(changed)) == nil)
            }
        }
    }

    @Test func `a link has one spelling`() throws {
        let token = links.token(of: .random())
        let spellings = [
            token + "=", token + "A", String(token.dropLast()), " " + token, token.uppercased(), "", "é",
            String(repeating: "A", count: 43), String(repeating: "-", count: 43),
            String(repeating: "x", count: 100_000),
            token.replacing("-", with: "+").replacing("_", with: "/"),
        ]
        for spelling in spellings where spelling != token { #expect(links.share(of: spelling) == nil, "\(spelling)") }
    }
}

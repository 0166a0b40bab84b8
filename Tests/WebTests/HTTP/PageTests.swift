import Core
import HTTPTypes
import Hummingbird
import Testing
@testable import Web

struct PageTests {
    @Test func `a page has the items under the list's name, and a cursor unless it is the last`() {
        let query = PageQuery<Int>(limit: 2, cursor: nil)

        let first = query.page("numbers", of: [9, 8, 7], by: { $0 }) { "\($0)" }
        let last = query.page("numbers", of: [7, 6], by: { $0 }) { "\($0)" }

        #expect(query.readLimit == 3)
        #expect(JSON.text(of: first) == #"{"numbers":["9","8"],"nextCursor":"8"}"#)
        #expect(JSON.text(of: last) == #"{"numbers":["7","6"]}"#)
    }

    @Test func `a page ends before it is larger than a megabyte, and the next goes on with what is left`() {
        let half = String(repeating: "x", count: 1 << 19)
        var (seen, sizes, cursor): ([Int], [Int], Int?) = ([], [], nil)

        repeat {
            let query = PageQuery<Int>(limit: 100, cursor: cursor)
            let rest = Array((cursor ?? 0) + 1...7)
            // With its quotation marks, an item has half a megabyte; the third has more than a page may have.
            let page = query.page("texts", of: rest, by: { $0 }) { $0 == 3 ? half + half : String(half.dropLast(2)) }
            seen += rest.prefix(page.items.count)
            sizes.append(page.items.count)
            cursor = page.nextCursor.flatMap { Int($0) }
        } while cursor != nil && sizes.count < 10

        #expect(sizes == [2, 1, 2, 2] && seen == Array(1...7))
    }

    @Test func `a page is sent as it is encoded`() async throws {
        let query = PageQuery<Int>(limit: 2, cursor: nil)

        for found in [[], [9], [9, 8, 7]] {
            let page = query.page("numbers", of: found, by: { $0 }) { ["é\"": $0] }
            let response = Response.json(page)

            #expect(String(decoding: try await response.bytes, as: UTF8.self) == JSON.text(of: page) + "\n")
            #expect(response.headers[.contentType] == "application/json; charset=utf-8")
        }
    }

    @Test func `a page without items is an empty list`() {
        let query = PageQuery<Int>(limit: 2, cursor: 5)

        #expect(JSON.text(of: query.page("numbers", of: [], by: { $0 }) { "\($0)" }) == #"{"numbers":[]}"#)
    }
}

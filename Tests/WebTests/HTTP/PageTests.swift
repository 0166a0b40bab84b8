import Core
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

    @Test func `a page without items is an empty list`() {
        let query = PageQuery<Int>(limit: 2, cursor: 5)

        #expect(JSON.text(of: query.page("numbers", of: [], by: { $0 }) { "\($0)" }) == #"{"numbers":[]}"#)
    }
}

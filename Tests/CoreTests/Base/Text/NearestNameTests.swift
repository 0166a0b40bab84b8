import Core
import Testing

struct NearestNameTests {
    @Test(arguments: [
        ("cursor", "cursor"), ("cursr", "cursor"), ("CURSOR", "cursor"), ("cursoor", "cursor"), ("curs", "cursor"),
        ("cur", nil), ("last_event_id", "lastEventId"), ("Last-Event-Id", "lastEventId"), ("form", "from"),
        ("tp", "to"), ("t", "to"), ("xx", nil), ("", nil), ("ftom", "from"), ("é", nil),
    ] as [(String, String?)])
    func `the name is suggested that two letters at most, and not all of them, make`(name: String, likely: String?) {
        #expect(["limit", "cursor", "lastEventId", "from", "to"].nearest(to: name) == likely)
    }

    @Test func `of names as near the first by the alphabet is suggested, and a long text is like none`() {
        #expect(Set(["AB", "AA"]).nearest(to: "AC") == "AA")
        #expect([String]().nearest(to: "a") == nil)
        let long = String(repeating: "a", count: 65)
        #expect([long].nearest(to: long) == nil)
    }
}

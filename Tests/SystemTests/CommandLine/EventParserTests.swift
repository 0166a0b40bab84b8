@testable import CLI
import Core
import TestSupport
import Testing

/// Streams as no Darkroom server sends them.
struct EventParserTests {
    private func parse(_ text: String, of size: Int = 1000) -> [ServerEvent] {
        var parser = EventParser()
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: size).flatMap { start in
            parser.feed(bytes[start..<min(start + size, bytes.count)])
        }
    }

    @Test(arguments: [
        ("data: a\n\n", [ServerEvent(data: "a")]), ("data:a\r\r", [ServerEvent(data: "a")]),
        ("data: a\r\n\r\n", [ServerEvent(data: "a")]), ("data:  a \n\n", [ServerEvent(data: " a ")]),
        ("data\n\n", [ServerEvent(data: "")]), ("data:\ndata:\n\n", [ServerEvent(data: "\n")]),
        ("data: a: b\n\n", [ServerEvent(data: "a: b")]),
        ("event: e\nid: 7\ndata: a\n\n", [ServerEvent(id: "7", name: "e", data: "a")]),
        ("id\ndata: a\n\n", [ServerEvent(id: "", data: "a")]), ("DATA: a\n\n", []), (" data: a\n\n", []),
        ("event: e\nid: 7\n\n", []), ("\n\n\n", []), (": comment\n\n", []), ("retry: 5\n\n", []), ("data: a\n", []),
        ("data: é😀\n\n", [ServerEvent(data: "é😀")]),
        ("data: a\n\ndata: b\n\n", [ServerEvent(data: "a"), ServerEvent(data: "b")]),
        ("event: x\n\ndata: a\n\n", [ServerEvent(data: "a")]), ("later: x\ndata: a\n\n", [ServerEvent(data: "a")]),
    ])
    func `a message ends at a blank line, and what is unknown is passed over`(text: String, events: [ServerEvent]) {
        for size in [1, 2, 1000] { #expect(parse(text, of: size) == events, "in parts of \(size)") }
    }

    @Test func `bytes that are not UTF-8 do no harm`() {
        var parser = EventParser()
        let events = parser.feed(Array("data: a".utf8) + [0xFF, 0xC3] + Array("\n\ndata: b\n\n".utf8))

        #expect(events.count == 2 && events.last?.data == "b")
    }

    @Test func `an event that is too long is dropped whole, in one line or in many, and the next one is read`() {
        let next = ServerEvent(id: "2", data: "b")
        let line = "id: 1\ndata: \(String(repeating: "x", count: 2 << 20))\n\nid: 2\ndata: b\n\n"
        let lines = "id: 1\n" + String(repeating: "data: \(String(repeating: "x", count: 1 << 16))\n", count: 20)

        #expect(parse(line, of: 100_000) == [next])
        #expect(parse(lines + "\nid: 2\ndata: b\n\n", of: 100_000) == [next])
        let longest = String(repeating: "x", count: (1 << 20) - 10)
        #expect(parse("data: \(longest)\n\n", of: 100_000) == [ServerEvent(data: longest)])
    }

    @Test func `a stream that is cut anywhere brings the events that were whole`() {
        let text = "id: 1\ndata: a\n\nid: 2\r\ndata: b\r\n\r\n"
        let ends = [15, 32]
        for length in 0...text.utf8.count {
            var parser = EventParser()
            let events = parser.feed(text.utf8.prefix(length))
            #expect(events.count == ends.count { $0 <= length }, "\(length) of \(text.utf8.count)")
        }
    }
}

struct JobViewTests {
    private func changed(_ change: (inout JobView) -> Void) -> JobView {
        var view = JobView()
        change(&view)
        return view
    }

    @Test(arguments: [
        ("pending", nil, "held"), ("queued", nil, "queued"), ("queued", "0", "next in the queue"),
        ("queued", "7", "in the queue, 7 ahead"),
        ("queued", "many", "queued"), ("processing", "7", "processing"), ("completed", nil, "completed"),
        ("later", nil, "later"),
    ] as [(String, String?, String)])
    func `a state is shown with the place in the queue`(status: String, position: String?, phase: String) {
        #expect(changed { ($0.status, $0.position) = (status, position) }.phase == phase)
    }

    @Test func `a provider's queue is shown until the provider says how far it is`() {
        #expect(changed { ($0.status, $0.providerPosition) = ("processing", 4) }.phase.contains("4 ahead"))
        let estimated = changed {
            ($0.status, $0.providerPosition, $0.percent, $0.isEstimate) = ("processing", 4, 30, true)
        }
        #expect(estimated.phase.contains("4 ahead"), "an estimate is no word of the provider's")
        let known = changed { ($0.status, $0.providerPosition, $0.percent, $0.attempt) = ("processing", 4, 30, 2) }
        #expect(known.phase == "processing, attempt 2")
        #expect(changed { ($0.status, $0.isReconnecting) = ("processing", true) }.phase == "reconnecting")
    }

    @Test(arguments: [(-5, 0), (0, 0), (4, 0), (5, 1), (99, 19), (100, 20), (250, 20)])
    func `a bar is as full as the percentage, within its ends`(percent: Int, full: Int) {
        let line = changed { ($0.status, $0.percent) = ("processing", percent) }.line(width: 200, seconds: 0)
        #expect(line.prefix(20) == String(repeating: "█", count: full) + String(repeating: "░", count: 20 - full))
    }

    @Test func `a line never wraps, and is never nothing`() {
        let long = changed { ($0.status, $0.log) = ("processing", String(repeating: "word ", count: 100)) }
        for width in [0, 1, 20, 21, 40, 80, 500] {
            #expect(long.line(width: width, seconds: 9).count <= max(width - 1, 20))
        }
        #expect(changed { $0.status = "completed" }.line(width: 80, seconds: 3).hasSuffix("completed  3 s"))
    }

    @Test func `what a stream brings replaces what was guessed, and never the other way`() {
        var view = changed { $0.status = "processing" }
        view.take(details: ["progress": ["percent": 30, "isEstimate": true, "queuePosition": nil]])
        #expect(view.percent == 30 && view.isEstimate && view.position == nil)
        view.take(details: ["progress": ["logs": []]])
        #expect(view.percent == nil && !view.isEstimate, "the server does not guess any more")
        view.take(details: ["progress": ["percent": 30, "isEstimate": true]])
        view.take(ServerEvent(name: "progress"), ["percent": 20, "providerQueuePosition": 2, "log": nil])
        #expect(view.percent == 20 && !view.isEstimate && view.providerPosition == 2)
        view.take(details: ["progress": ["percent": 90, "isEstimate": true]])
        #expect(view.percent == 20)
        view.take(ServerEvent(name: "retried"), ["status": "queued"])
        #expect(view.percent == nil && view.providerPosition == nil && view.log == nil)
        view.take(details: ["progress": ["percent": 90]])
        #expect(view.percent == nil, "a job that waits has no progress")
        view.take(ServerEvent(name: "started"), ["data": ["attempt": 3]])
        #expect(view.attempt == 3 && view.status == "queued", "what is missing changes nothing")
        view.take(ServerEvent(name: "completed"), "nonsense")
        #expect(view.status == "queued")
    }
}

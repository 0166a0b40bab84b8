@testable import CLI
import Core
import Foundation
import Testing

/// What the command line makes of a job's events, without a server.
struct ProgressTests {
    @Test func `events are read in parts of any size`() {
        let stream = """
            retry: 2000\n\nid: 1\nevent: queued\ndata: {"a":1}\n\n: still here\n\nid: 2\r\nevent: progress\r\ndata: \
            one\r\ndata: two\r\n\r\n
            """
        let expected = [
            ServerEvent(id: "1", name: "queued", data: "{\"a\":1}"),
            ServerEvent(id: "2", name: "progress", data: "one\ntwo"),
        ]

        for size in [1, 2, 7, 1000] {
            var parser = EventParser()
            var events: [ServerEvent] = []
            let bytes = Array(stream.utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                events += parser.feed(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(events == expected, "in parts of \(size)")
        }
    }

    @Test func `an incomplete event is not reported`() {
        var parser = EventParser()

        #expect(parser.feed("id: 1\nevent: queued\ndata: {}\n".utf8).isEmpty)
    }

    @Test func `a job is shown by its events, and its place as the server shows it`() throws {
        var view = JobView()

        view.take(details: ["progress": ["queuePosition": "3"]])
        #expect(view.phase == "in the queue, 3 ahead")
        view.take(ServerEvent(name: "started"), ["status": "processing", "data": ["attempt": 2]])
        #expect(view.phase == "processing, attempt 2")
        view.take(ServerEvent(name: "progress"), ["percent": 40, "log": "Rendering"])
        #expect(view.line(width: 80, seconds: 4) == "████████░░░░░░░░░░░░  40 %  processing, attempt 2  Rendering  4 s")
        #expect(view.line(width: 30, seconds: 4).count == 29)
        view.take(details: ["progress": ["percent": 95, "isEstimate": true]])
        #expect(view.percent == 40)
    }

    @Test func `on a pipe only what is new is said`() {
        var view = JobView()
        let before = view
        view.take(ServerEvent(name: "started"), ["status": "processing"])
        #expect(view.news(since: before) == "processing")
        let started = view
        #expect(view.news(since: started) == nil)
        view.take(ServerEvent(name: "progress"), ["percent": 10, "log": "Loading"])
        #expect(view.news(since: started) == "10 %  Loading")
    }

    @Test func `the names of several pictures`() throws {
        let folder = "/tmp/"
        #expect(try OutputFiles(folder + "dress.png").path(0) == "/tmp/dress.png")
        #expect(try OutputFiles(folder + "dress.png").path(1) == "/tmp/dress-2.png")
        #expect(try OutputFiles(folder + "a.b.jpeg").path(2) == "/tmp/a.b-3.jpeg")
        #expect(try OutputFiles(folder + "dress").path(1) == "/tmp/dress-2")
        #expect(try OutputFiles(folder + "dress.JPG").format == "jpeg")
        #expect(try OutputFiles(folder + "dress").format == nil)
        #expect(throws: Failure.self) { try OutputFiles(folder + "dress.gif") }
    }

    @Test func `a receipt says what was spent, given back and is left`() {
        let details: JSON = ["receipt": [
            "captured": 6, "released": .decimal(12.5),
            "transactions": [["availableAfter": 100], ["availableAfter": .decimal(81.5)]],
        ]]

        #expect(Receipt(details).sentence == "captured 6.00 credits, 12.50 released, 81.50 available")
    }
}

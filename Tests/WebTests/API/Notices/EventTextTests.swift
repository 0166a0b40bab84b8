import Core
import NIOCore
import Testing
@testable import Web

struct EventTextTests {
    @Test func `an event that the reader has is left out of a batch`() {
        let progress = JobProgress(job: ID(rawValue: "job"), percent: 50, queuePosition: nil, logs: [])
        let batch = EventBatch((4...6).map { .init(id: $0, event: event($0)) }, progress: [progress], isLast: false)

        func lines(after cursor: Int64) -> [String] {
            let text = batch.text.bytes(after: cursor).map { String(buffer: $0) } ?? ""
            return text.split(separator: "\n").filter { !$0.hasPrefix("data") }.map { String($0) }
        }

        #expect(lines(after: 3) == [
            "id: 4", "event: queued", "id: 5", "event: queued", "id: 6", "event: queued", "event: progress",
        ])
        #expect(lines(after: 5) == ["id: 6", "event: queued", "event: progress"])
        #expect(lines(after: 6) == ["event: progress"])
        #expect(batch.lastID == 6)
    }

    @Test func `a reader that has all events of a batch without progress receives nothing`() {
        let batch = EventBatch([.init(id: 4, event: event(4))], progress: [], isLast: false)

        #expect(batch.text.bytes(after: 4) == nil)
    }

    @Test func `a sign of life is a comment`() {
        #expect(EventBatch.heartbeat.text.bytes(after: 100).map { String(buffer: $0) } == ": still here\n\n")
    }

    private func event(_ seq: Int64) -> JobEvent {
        JobEvent(
            job: ID(rawValue: "job"), seq: seq, account: ID(rawValue: "account"), accountSeq: seq, type: .queued,
            state: .queued, data: .object([:]), at: Instant(seconds: 0))
    }
}

/// What one message of a stream is made of.
struct EventMessageTests {
    private func text(_ batch: EventBatch, after cursor: Int64 = 0) -> String {
        batch.text.bytes(after: cursor).map { String(buffer: $0) } ?? ""
    }

    @Test func `an event has its number, its type, and its data on one line`() throws {
        let event = JobEvent(
            job: ID(rawValue: "j"), seq: 3, account: ID(rawValue: "a"), accountSeq: 9, type: .cancelRequested,
            state: .processing, data: ["text": "line\r\n\u{2028}id: 99\n\n", "n": nil], at: Instant(rawValue: 1))

        let message = text(EventBatch([.init(id: 9, event: event)], progress: [], isLast: false))

        let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 5 && lines[0] == "id: 9" && lines[1] == "event: cancel_requested")
        #expect(lines[3] == "" && lines[4] == "", "one blank line ends it")
        #expect(!message.contains("\r"))
        let body = try JSON(parsing: lines[2].dropFirst("data: ".count).utf8)
        #expect(body == [
            "jobId": "j", "type": "cancel_requested", "status": "processing", "at": "1970-01-01T00:00:00.001Z",
            "data": ["text": "line\r\n\u{2028}id: 99\n\n", "n": nil],
        ])
    }

    @Test func `progress has no number, the last line of the log, and only what is known`() throws {
        let progress = [
            JobProgress(job: ID(rawValue: "j"), percent: 40, queuePosition: nil, logs: ["one", "two\n"]),
            JobProgress(job: ID(rawValue: "k"), percent: nil, queuePosition: 3, logs: []),
        ]

        let message = text(EventBatch([], progress: progress, isLast: false), after: .max)

        #expect(message == """
            event: progress\ndata: {"jobId":"j","percent":40,"log":"two\\n"}\n\n\
            event: progress\ndata: {"jobId":"k","providerQueuePosition":3}\n\n
            """)
    }
}

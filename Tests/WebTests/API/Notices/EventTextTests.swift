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

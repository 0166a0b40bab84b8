import Core
import NIOCore

/// A batch of events as Server-Sent Events write it, one message after the other.
struct EventText: Sendable {
    private struct Start: Sendable {
        /// The event's number; nil for progress and for a comment, which have none.
        let id: Int64?
        let offset: Int
    }

    private var starts: [Start] = []
    private var text = ByteBuffer()

    init(_ batch: EventBatch) {
        // A comment, which a client passes over.
        if batch.isEmpty { add(": still here\n\n", id: nil) }
        for numbered in batch.events { add(numbered.event, id: numbered.id) }
        for progress in batch.progress { add(progress) }
    }

    /// Returns the text without the events up to `cursor`, which the reader has received already, perhaps by reading
    /// them itself. Returns nil if nothing is left.
    func bytes(after cursor: Int64) -> ByteBuffer? {
        guard let first = starts.first(where: { $0.id.map { $0 > cursor } ?? true }) else { return nil }
        return first.offset == 0 ? text : text.getSlice(at: first.offset, length: text.readableBytes - first.offset)
    }

    private struct EventBody: Encodable {
        let jobId: String
        let type: JobEvent.EventType
        let status: JobState
        let data: JSON
        let at: String
    }

    private struct ProgressBody: Encodable {
        let jobId: String
        let percent: Int?
        let providerQueuePosition: Int?
        let log: String?
    }

    private mutating func add(_ event: JobEvent, id: Int64) {
        let body = EventBody(
            jobId: event.job.rawValue, type: event.type, status: event.state, data: event.data, at: event.at.text)
        add("id: \(id)\nevent: \(event.type.rawValue)\ndata: \(JSON.text(of: body))\n\n", id: id)
    }

    private mutating func add(_ progress: JobProgress) {
        let body = ProgressBody(
            jobId: progress.job.rawValue, percent: progress.percent, providerQueuePosition: progress.queuePosition,
            log: progress.logs.last)
        add("event: progress\ndata: \(JSON.text(of: body))\n\n", id: nil)
    }

    private mutating func add(_ message: String, id: Int64?) {
        starts.append(Start(id: id, offset: text.writerIndex))
        text.writeString(message)
    }
}

extension EventBatch {
    /// Encoded once, for the first stream that asks.
    var text: EventText { rendered(EventText.init) }
}

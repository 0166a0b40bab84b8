import Core
import NIOCore

/// What streams are told at once: written once, and shared by all who are told the same.
final class EventChunk: Sendable {
    /// A comment, which a client passes over: a sign of life for it and for what stands between.
    static let heartbeat = EventChunk(EventLines(comment: "still here"), isLast: false)

    private let starts: [EventLines.Start]
    private let text: ByteBuffer
    /// Of its last event; nothing where it holds none.
    let lastID: Int64?
    /// The one job that is followed has ended, and this says so.
    let isLast: Bool

    init(_ lines: EventLines, isLast: Bool) {
        starts = lines.starts
        text = ByteBuffer(string: lines.text)
        lastID = lines.starts.last { $0.id != nil }?.id
        self.isLast = isLast
    }

    /// Without the events that the reader knows already, who may have looked for himself. Nothing where it knows all.
    func text(after cursor: Int64) -> ByteBuffer? {
        guard let first = starts.first(where: { $0.id.map { $0 > cursor } ?? true }) else { return nil }
        return first.offset == 0 ? text : text.getSlice(at: first.offset, length: text.readableBytes - first.offset)
    }
}

/// Messages as Server-Sent Events write them, one after the other.
struct EventLines {
    struct Start: Sendable {
        /// Progress has none, and nor has a comment.
        let id: Int64?
        let offset: Int
    }

    private(set) var starts: [Start] = []
    private(set) var text = ""

    init() {}

    init(comment: String) {
        starts = [Start(id: nil, offset: 0)]
        text = ": \(comment)\n\n"
    }

    var isEmpty: Bool { starts.isEmpty }

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

    mutating func add(_ event: JobEvent, id: Int64) {
        let body = EventBody(jobId: event.job.rawValue, type: event.type, status: event.state, data: event.data, at: event.at.text)
        starts.append(Start(id: id, offset: text.utf8.count))
        text += "id: \(id)\nevent: \(event.type.rawValue)\ndata: \(JSON.text(of: body))\n\n"
    }

    mutating func add(_ progress: JobProgress) {
        let body = ProgressBody(
            jobId: progress.job.rawValue, percent: progress.percent, providerQueuePosition: progress.queuePosition,
            log: progress.logs.last)
        starts.append(Start(id: nil, offset: text.utf8.count))
        text += "event: progress\ndata: \(JSON.text(of: body))\n\n"
    }
}

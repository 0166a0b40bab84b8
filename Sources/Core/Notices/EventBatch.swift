import Synchronization

/// Events and progress that streams receive at once: made once, and shared by all streams that receive the same.
package final class EventBatch: Sendable {
    /// An event with the number that its reader resumes after: the job's own for the stream of a job, else the
    /// account's.
    package struct Numbered: Sendable {
        package let id: Int64
        package let event: JobEvent

        package init(id: Int64, event: JobEvent) {
            self.id = id
            self.event = event
        }
    }

    /// Empty: a sign of life for a client and for the proxies before it.
    package static let heartbeat = EventBatch([], progress: [], isLast: false)

    package let events: [Numbered]
    /// How far jobs are. It has no number, since only the latest counts.
    package let progress: [JobProgress]
    /// The one job that is followed has ended, and the last event says so.
    package let isLast: Bool
    /// What `rendered` made, by its type.
    private let renderings = Mutex<[ObjectIdentifier: any Sendable]>([:])

    package init(_ events: [Numbered], progress: [JobProgress], isLast: Bool) {
        self.events = events
        self.progress = progress
        self.isLast = isLast
    }

    /// The number of its last event; nil if it has none.
    package var lastID: Int64? { events.last?.id }
    package var isEmpty: Bool { events.isEmpty && progress.isEmpty }

    /// The batch in the format that `render` makes, such as the text of Server-Sent Events. `render` runs for the first
    /// stream that asks, and all others share its result: an event is encoded once however many streams receive it.
    package func rendered<Rendering: Sendable>(_ render: (EventBatch) -> Rendering) -> Rendering {
        renderings.withLock { renderings in
            if let made = renderings[ObjectIdentifier(Rendering.self)] as? Rendering { return made }
            let made = render(self)
            renderings[ObjectIdentifier(Rendering.self)] = made
            return made
        }
    }
}

import SQL

/// The state of a job. `pending` means held; a job that waits for its turn is `queued`.
package enum JobState: String, Sendable, SQLConvertible, Codable, CaseIterable {
    case pending, queued, processing, completed, failed, cancelled

    /// The only allowed moves. A terminal state never changes.
    package var next: Set<JobState> {
        switch self {
        case .pending: [.queued, .failed, .cancelled]
        case .queued: [.processing, .failed, .cancelled]
        case .processing: [.queued, .completed, .failed, .cancelled]
        case .completed, .failed, .cancelled: []
        }
    }

    package var isTerminal: Bool { next.isEmpty }
}

import Core
import SQL

/// A request that the sandbox accepted. It outlives the process: an accepted request will end.
struct QueueRequest: Sendable {
    enum Delivery: String, Sendable, SQLConvertible {
        case none
        case due
        case acknowledged
        case abandoned
    }

    let id: ID<QueueRequest>
    let app: FalAppID
    let input: JSON
    let script: FaultScript
    /// The address under which the caller reaches this sandbox.
    let baseURL: String
    let webhookURL: String?
    var state: FalQueueState
    let acceptedAt: Instant
    /// The earliest start.
    let startAt: Instant
    /// The latest start, if the caller gave one.
    let startBy: Instant?
    var startedAt: Instant?
    var endedAt: Instant?
    var outcome: Outcome?
    var delivery: Delivery = .none
    var deliveryAttempts = 0

    var url: String { "\(baseURL)/\(app.canonical)/requests/\(id)" }

    /// Whether it counts toward the limit of requests in progress.
    var countsTowardLimit: Bool { !script.has(.slow) && !script.has(.never) }
}

extension FalQueueState: SQLConvertible {}

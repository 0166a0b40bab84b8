import Core
import SQL

/// A request that the sandbox accepted. It outlives the process: accepted means it will end.
struct QueueRequest: Sendable {
    enum Delivery: String, Sendable, SQLConvertible {
        case none
        case due
        case acknowledged
        case givenUp = "given_up"
    }

    let id: ID<QueueRequest>
    let app: FalAppID
    let input: JSON
    let script: FaultScript
    /// Under which address the caller knows this sandbox.
    let baseURL: String
    let webhookURL: String?
    var state: FalQueueState
    let acceptedAt: Instant
    /// Not before then.
    let startAt: Instant
    /// Not after then, where the caller said so.
    let startBy: Instant?
    var startedAt: Instant?
    var endedAt: Instant?
    var outcome: Outcome?
    var delivery: Delivery = .none
    var deliveryAttempts = 0

    var url: String { "\(baseURL)/\(app.canonical)/requests/\(id)" }

    /// Whether it takes one of the places of requests in progress.
    var takesPlace: Bool { !script.has(.slow) && !script.has(.never) }
}

extension FalQueueState: SQLConvertible {}

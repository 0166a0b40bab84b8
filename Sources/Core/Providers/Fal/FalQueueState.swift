/// The only states a request has at fal. One that failed or was cancelled is `completed` too, with an error beside it.
package enum FalQueueState: String, Sendable, Hashable, Codable {
    case inQueue = "IN_QUEUE"
    case inProgress = "IN_PROGRESS"
    case completed = "COMPLETED"
}

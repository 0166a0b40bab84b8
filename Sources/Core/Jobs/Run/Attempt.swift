import SQL

/// One submission of a job to a provider.
package struct Attempt: Sendable, Hashable {
    package enum State: String, Sendable, SQLConvertible {
        /// Committed; being sent, or its worker died before the response was recorded. Never sent again.
        case submitting
        /// The provider has it. Waits for its webhook, or is polled.
        case submitted
        /// The submission got no response. Its webhook may still come and adopt it; else it is lost.
        case noResponse = "no_response"
        /// The provider's result is stored on it. Its outputs are to be stored and its job settled.
        case responded
        case succeeded, failed, lost, cancelled
        /// Not sent: its worker shut down first.
        case returned
    }

    package let id: ID<Attempt>
    package let job: ID<Job>
    package let number: Int
    package let provider: ProviderName
    package let endpoint: EndpointID
    package private(set) var state: State
    package private(set) var requestID: String?
    let pollCount: Int
    let storeTries: Int
    /// The first of the last polls in a row whose responses could not be used.
    private(set) var unusableSince: Instant?
    package let progress: Int?
    package let queuePosition: Int?
    package let logs: JSON?
    package private(set) var response: JSON?
    package let failure: Job.Failure?
    /// In micro-dollars: from the price list until the provider reports it.
    package let cost: MicroDollars
    package let createdAt: Instant
    package let submittedAt: Instant?
    let cancelSentAt: Instant?
    package private(set) var respondedAt: Instant?
    package let endedAt: Instant?

    /// The attempt as it is once its provider's result is recorded.
    func responded(_ payload: JSON, requestID: String, now: Instant) -> Attempt {
        var attempt = self
        attempt.state = .responded
        attempt.requestID = self.requestID ?? requestID
        attempt.response = payload
        attempt.respondedAt = now
        return attempt
    }
}

extension Attempt {
    init(_ row: Row) throws {
        let code = try row.get("failure_code", as: String?.self)
        let message = try row.get("failure_message", as: String?.self)
        try self.init(
            id: row.get("id"), job: row.get("job_id"), number: row.get("number"), provider: row.get("provider"),
            endpoint: row.get("endpoint"), state: row.get("state"), requestID: row.get("request_id"),
            pollCount: row.get("poll_count"), storeTries: row.get("store_tries"),
            unusableSince: row.get("unusable_since"), progress: row.get("progress"),
            queuePosition: row.get("queue_position"),
            logs: row.get("logs", as: String?.self).map { try JSON(parsing: $0) },
            response: row.get("response", as: String?.self).map { try JSON(parsing: $0) },
            failure: code.map { Job.Failure(code: $0, message: message ?? "") }, cost: row.get("cost"),
            createdAt: row.get("created_at"), submittedAt: row.get("submitted_at"),
            cancelSentAt: row.get("cancel_sent_at"),
            respondedAt: row.get("responded_at"), endedAt: row.get("ended_at"))
    }
}

/// The right to act on an attempt for a while. If a worker has lost it, its statements change nothing.
package struct Lease: Sendable, Hashable, RawRepresentable, SQLConvertible {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    static func make(at now: Instant) -> Lease {
        Lease(rawValue: ID<Lease>.make(at: now).rawValue)
    }
}

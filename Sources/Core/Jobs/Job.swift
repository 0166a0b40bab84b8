import SQL

/// One request to generate, train or refine.
package struct Job: Sendable, Hashable {
    package let id: ID<Job>
    package let account: ID<Account>
    package let createdBy: ID<User>?
    package let kind: KindName
    package let endpoint: EndpointID
    package let provider: ProviderName
    package let state: JobState
    package let parameters: [String: JSON]
    package let outputsAsked: Int
    package let outputsDelivered: Int?
    /// By which the provider made the outputs, if it said so.
    package private(set) var seed: UInt64?
    package let price: Price
    package let retryOf: ID<Job>?
    package let attemptCount: Int
    let orderAt: Instant
    let runAt: Instant
    let slotAt: Instant?
    package let deadlineAt: Instant?
    package let holdReason: String?
    package let cancelRequestedAt: Instant?
    package let failure: Failure?
    package let createdAt: Instant
    package let startedAt: Instant?
    package let endedAt: Instant?

    package struct Failure: Sendable, Hashable {
        package let code: String
        package let message: String
    }

    /// Whether its deadline has come.
    func isOverdue(at now: Instant) -> Bool { deadlineAt.map { $0 <= now } ?? false }
}

extension Job {
    init(_ row: Row) throws {
        let code = try row.get("failure_code", as: String?.self)
        let message = try row.get("failure_message", as: String?.self)
        try self.init(
            id: row.get("id"), account: row.get("account_id"), createdBy: row.get("created_by"), kind: row.get("kind"),
            endpoint: row.get("endpoint"), provider: row.get("provider"), state: row.get("state"),
            parameters: JSON(parsing: row.get("parameters", as: String.self)).object ?? [:],
            outputsAsked: row.get("outputs_asked"), outputsDelivered: row.get("outputs_delivered"),
            seed: row.get("seed", as: String?.self).flatMap { UInt64($0) },
            price: Price(JSON(parsing: row.get("price_breakdown", as: String.self))), retryOf: row.get("retry_of"),
            attemptCount: row.get("attempt_count"), orderAt: row.get("order_at"), runAt: row.get("run_at"),
            slotAt: row.get("slot_at"), deadlineAt: row.get("deadline_at"), holdReason: row.get("hold_reason"),
            cancelRequestedAt: row.get("cancel_requested_at"),
            failure: code.map { Failure(code: $0, message: message ?? "") },
            createdAt: row.get("created_at"), startedAt: row.get("started_at"), endedAt: row.get("ended_at"))
    }
}

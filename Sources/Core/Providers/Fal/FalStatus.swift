/// The response to a request for a status. Its HTTP status is 202 until the request is completed, then 200.
package struct FalStatus: Sendable, Hashable {
    package var state: FalQueueState
    package var requestID: String?
    package var responseURL: String?
    package var statusURL: String?
    package var cancelURL: String?
    /// How many requests are ahead; only while in the queue.
    package var queuePosition: Int?
    /// All that was logged so far, not what is new. Nil if fal sent none.
    package var logs: [FalLogLine]?
    /// Seconds of computing, once completed.
    package var inferenceTime: Double?
    /// Why a completed request has no result.
    package var error: String?
    package var errorType: String?

    package init(_ state: FalQueueState, requestID: String? = nil) {
        self.state = state
        self.requestID = requestID
    }
}

extension FalStatus: Codable {
    private enum CodingKeys: String, CodingKey {
        case status, logs, metrics, error
        case requestID = "request_id"
        case responseURL = "response_url"
        case statusURL = "status_url"
        case cancelURL = "cancel_url"
        case queuePosition = "queue_position"
        case errorType = "error_type"
    }

    private struct Metrics: Codable {
        let inferenceTime: Double?

        enum CodingKeys: String, CodingKey {
            case inferenceTime = "inference_time"
        }
    }

    /// A line of the log, or nil if it is of another form.
    private struct Line: Decodable {
        let line: FalLogLine?

        init(from decoder: any Decoder) throws {
            line = try? FalLogLine(from: decoder)
        }
    }

    /// Only the state must be as expected. What else is of another form is left out.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, as type: Value.Type = Value.self) -> Value? {
            try? container.decodeIfPresent(Value.self, forKey: key)
        }
        state = try container.decode(FalQueueState.self, forKey: .status)
        requestID = value(.requestID)
        responseURL = value(.responseURL)
        statusURL = value(.statusURL)
        cancelURL = value(.cancelURL)
        queuePosition = value(.queuePosition)
        logs = value(.logs, as: [Line].self)?.compactMap(\.line)
        inferenceTime = value(.metrics, as: Metrics.self)?.inferenceTime
        // An error in whatever form is an error.
        error = value(.error) ?? value(.error, as: JSON.self)?.text
        errorType = value(.errorType)
    }

    /// Keeps to what strict clients insist on: a position in the queue, and the key `logs` from then on, even if null.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(state, forKey: .status)
        try container.encodeIfPresent(requestID, forKey: .requestID)
        try container.encodeIfPresent(responseURL, forKey: .responseURL)
        try container.encodeIfPresent(statusURL, forKey: .statusURL)
        try container.encodeIfPresent(cancelURL, forKey: .cancelURL)
        switch state {
        case .inQueue:
            try container.encode(queuePosition ?? 0, forKey: .queuePosition)
        case .inProgress:
            try container.encode(logs, forKey: .logs)
        case .completed:
            try container.encode(logs, forKey: .logs)
            try container.encode(Metrics(inferenceTime: inferenceTime), forKey: .metrics)
            try container.encodeIfPresent(error, forKey: .error)
            try container.encodeIfPresent(errorType, forKey: .errorType)
        }
    }
}

/// What fal posts when a request has ended. Its signature is over the bytes as sent: verify before decoding.
package struct FalWebhookBody: Sendable, Hashable {
    /// Not the queue's states.
    package enum Status: String, Sendable, Hashable {
        case ok = "OK"
        case error = "ERROR"
    }

    package let requestID: String
    /// The same id, or a newer one after fal repeated the request by itself. `requestID` is the one that submit
    /// returned.
    let gatewayRequestID: String?
    package let status: Status
    package let error: String?
    /// The model's output, or the body of its error.
    package let payload: JSON?
    /// Set if the result could not be put into the body: ask for it by id.
    let payloadError: String?

    package init(requestID: String, status: Status, payload: JSON?, error: String? = nil, payloadError: String? = nil) {
        self.requestID = requestID
        gatewayRequestID = requestID
        self.status = status
        self.error = error
        self.payload = payload
        self.payloadError = payloadError
    }

    /// The bytes as fal spells them, with sorted keys and a space after each separator.
    package var bytes: [UInt8] {
        var members: [String: JSON] = [
            "error": error.map { .string($0) } ?? .null, "gateway_request_id": .string(gatewayRequestID ?? requestID),
            "payload": payload ?? .null, "request_id": .string(requestID), "status": .string(status.rawValue),
        ]
        if let payloadError { members["payload_error"] = .string(payloadError) }
        return Array(JSON.object(members).canonicalText.utf8)
    }
}

extension FalWebhookBody {
    /// Returns nil unless it says which request has ended, and how. Whatever else has another form is left out.
    init?(json: JSON) {
        guard let requestID = json["request_id"]?.string,
            let status = json["status"]?.string.flatMap({ Status(rawValue: $0) })
        else { return nil }
        self.requestID = requestID
        self.status = status
        gatewayRequestID = json["gateway_request_id"]?.string
        error = json["error"]?.errorText
        payload = json["payload"].flatMap { $0 == .null ? nil : $0 }
        payloadError = json["payload_error"]?.errorText
    }

    /// Whether the result has to be asked for. That of a model is an object.
    var lacksResult: Bool {
        payload == nil || payloadError != nil || status == .ok && payload?.object == nil
    }
}

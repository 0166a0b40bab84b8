/// What fal posts when a request has ended. Its signature is over the bytes as sent: verify before decoding.
package struct FalWebhookBody: Sendable, Hashable {
    /// Not the queue's states.
    package enum Status: String, Sendable, Hashable, Codable {
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

extension FalWebhookBody: Decodable {
    private enum CodingKeys: String, CodingKey {
        case status, error, payload
        case requestID = "request_id"
        case gatewayRequestID = "gateway_request_id"
        case payloadError = "payload_error"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        requestID = try container.decode(String.self, forKey: .requestID)
        gatewayRequestID = try container.decodeIfPresent(String.self, forKey: .gatewayRequestID)
        status = try container.decode(Status.self, forKey: .status)
        error = try container.decodeIfPresent(String.self, forKey: .error)
        payload = try container.decodeIfPresent(JSON.self, forKey: .payload)
        payloadError = try container.decodeIfPresent(String.self, forKey: .payloadError)
    }
}

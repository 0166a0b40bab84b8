/// fal's response to an accepted submission, with all that strict clients insist on. The driver needs no more than the
/// id: it asks fal's own host, whichever addresses stand here.
package struct FalSubmitResponse: Sendable, Hashable, Codable {
    package let requestID: String
    package let responseURL: String
    package let statusURL: String
    package let cancelURL: String
    package let status: FalQueueState?
    package let queuePosition: Int?

    enum CodingKeys: String, CodingKey {
        case requestID = "request_id"
        case responseURL = "response_url"
        case statusURL = "status_url"
        case cancelURL = "cancel_url"
        case status
        case queuePosition = "queue_position"
    }

    package init(
        requestID: String, responseURL: String, statusURL: String, cancelURL: String, status: FalQueueState?,
        queuePosition: Int?
    ) {
        self.requestID = requestID
        self.responseURL = responseURL
        self.statusURL = statusURL
        self.cancelURL = cancelURL
        self.status = status
        self.queuePosition = queuePosition
    }
}

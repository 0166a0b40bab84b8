/// A webhook as it came in: nothing of it is believed yet.
package struct ReceivedWebhook: Sendable {
    /// Names in lower case.
    package let headers: [String: String]
    package let body: [UInt8]

    package init(headers: [String: String], body: [UInt8]) {
        self.headers = headers
        self.body = body
    }
}

/// A webhook whose signature holds.
package struct VerifiedWebhook: Sendable, Hashable {
    package let requestID: String
    /// The provider's name for the account that submitted the work.
    package let userID: String?
    /// The payload to store, for `outcome(of:)`.
    package let payload: JSON
    /// The payload lacks the result, which must be asked for.
    package let needsPoll: Bool

    package init(requestID: String, userID: String?, payload: JSON, needsPoll: Bool) {
        self.requestID = requestID
        self.userID = userID
        self.payload = payload
        self.needsPoll = needsPoll
    }
}

/// Why a webhook is refused. Each has its own status and its own line in the log.
package enum WebhookRefusal: String, Error, Sendable, Hashable {
    case unknownToken = "webhook_unknown_token"
    case malformed = "webhook_malformed"
    case badSignature = "webhook_bad_signature"
    case stale = "webhook_stale"
    case wrongAccount = "webhook_wrong_account"
    case wrongRequest = "webhook_wrong_request"
    /// The provider's keys could not be fetched; it may try again.
    case keysUnavailable = "webhook_keys_unavailable"
}

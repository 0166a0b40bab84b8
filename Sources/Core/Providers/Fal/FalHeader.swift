package import HTTPTypes

/// The header fields that fal adds to HTTP.
package enum FalHeader: String, Sendable, CaseIterable {
    case requestID = "x-fal-request-id"
    case errorType = "x-fal-error-type"
    case needsRetry = "x-fal-needs-retry"
    /// What fal charges for, in units of the endpoint's price: all that a response says of cost.
    case billableUnits = "x-fal-billable-units"
    /// Seconds until the request must have been started.
    case requestTimeout = "x-fal-request-timeout"
    case requestTimeoutType = "x-fal-request-timeout-type"
    case fileName = "x-fal-file-name"
    case webhookRequestID = "x-fal-webhook-request-id"
    case webhookUserID = "x-fal-webhook-user-id"
    case webhookTimestamp = "x-fal-webhook-timestamp"
    case webhookSignature = "x-fal-webhook-signature"

    package var field: HTTPField.Name {
        guard let name = HTTPField.Name(rawValue) else { preconditionFailure("a header name is a token") }
        return name
    }
}

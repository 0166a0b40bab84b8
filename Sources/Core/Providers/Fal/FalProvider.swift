package import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// fal.ai's queue, or anything that speaks its protocol: the built-in sandbox is driven by this same type.
package struct FalProvider: Provider {
    package struct Settings: Sendable {
        package var name: ProviderName
        /// Without a slash at its end: `https://queue.fal.run`.
        package var queueURL: String
        package var keysURL: String
        /// `id:secret`, sent as `Authorization: Key …`.
        package var key: String
        package var concurrency: Int
        /// How long an attempt whose submission got no response waits for its webhook.
        package var webhookTimeout: Duration
        /// Between polls while the work is young; it doubles up to `slowestPoll`.
        package var firstPoll: Duration
        package var slowestPoll: Duration

        package init(
            name: ProviderName, queueURL: String, keysURL: String, key: String, concurrency: Int,
            webhookTimeout: Duration, firstPoll: Duration, slowestPoll: Duration
        ) {
            self.name = name
            self.queueURL = queueURL
            self.keysURL = keysURL
            self.key = key
            self.concurrency = concurrency
            self.webhookTimeout = webhookTimeout
            self.firstPoll = firstPoll
            self.slowestPoll = slowestPoll
        }
    }

    private let settings: Settings
    private let http: FalHTTP
    private let keys: FalKeys
    private let time: Time

    package init(_ settings: Settings, client: HTTPClient, time: Time) {
        self.settings = settings
        self.time = time
        http = FalHTTP(client: client, key: settings.key, time: time)
        keys = FalKeys(url: settings.keysURL, http: http, time: time)
    }

    package var name: ProviderName { settings.name }
    package var concurrency: Int { settings.concurrency }
    package var webhookTimeout: Duration { settings.webhookTimeout }

    package func pollInterval(after polls: Int) -> Duration {
        min(settings.firstPoll * (1 << min(polls / 2, 16)), settings.slowestPoll)
    }

    package func submit(_ submission: Submission) async -> SubmissionResult {
        let url = "\(settings.queueURL)/\(submission.endpoint)?fal_webhook=\(submission.webhookURL.percentEncoded)"
        switch await http.send(.POST, url, body: submission.input, timeout: .seconds(30)) {
        case .notSent(let reason):
            return .refused(ProviderFailure(.unavailable, reason, isTransient: true))
        case .noResponse(let reason), .tooLarge(let reason):
            return .noResponse(reason)
        case .response(let response):
            return read(submission: response)
        }
    }

    private func read(submission response: FalHTTP.Response) -> SubmissionResult {
        switch response.status {
        case 200..<300:
            // The id alone says that the work was accepted. To insist on more would be to submit it a second time.
            guard let id = response.json?["request_id"]?.string, (1...255).contains(id.utf8.count) else {
                return .noResponse("HTTP \(response.status) without a request id")
            }
            let position = response.json?["queue_position"]?.integer.flatMap { Int(exactly: $0) }
            return .accepted(requestID: id, queuePosition: position)
        // A gateway's own error does not say whether the queue behind it accepted the work.
        case 500..<600 where response.error == nil || response.status == 504:
            return .noResponse("HTTP \(response.status)")
        default:
            return .refused(
                FalFailure.read(status: response.status, error: response.error, retryAfter: response.retryAfter))
        }
    }

    package func poll(_ reference: ProviderReference) async -> PollResult {
        guard let url = requestURL(reference) else { return .notFound }
        let end: FalPoll.End
        switch await status(url) {
        case .response(let response):
            switch FalPoll.read(status: response) {
            case .known(let result): return result
            case .ended(let said): end = said
            }
        case .tooLarge(let reason):
            return FalPoll.unusable("status", reason)
        case .notSent, .noResponse:
            return .unavailable("no response", retryAfter: nil)
        }
        switch await http.send(.GET, url, timeout: .seconds(30)) {
        case .response(let response):
            return FalPoll.read(result: response, of: end)
        case .tooLarge(let reason):
            return FalPoll.unusable("result", reason)
        case .notSent, .noResponse:
            return .unavailable("no response to the request for the result", retryAfter: nil)
        }
    }

    /// The logs are all that were written so far. Where they have become too long, only the state is asked for.
    private func status(_ url: String) async -> FalHTTP.Outcome {
        let outcome = await http.send(.GET, url + "/status?logs=1", timeout: .seconds(15))
        switch outcome {
        case .tooLarge: break
        case .response(let response) where response.malformed?.problem.isOfSize == true: break
        case .response, .notSent, .noResponse: return outcome
        }
        return await http.send(.GET, url + "/status?logs=0", timeout: .seconds(15))
    }

    package func cancel(_ reference: ProviderReference) async -> CancelResult {
        guard let url = requestURL(reference) else { return .notFound }
        guard case .response(let response) = await http.send(.PUT, url + "/cancel", timeout: .seconds(15)) else {
            return .unavailable("no response")
        }
        switch response.status {
        case 200 where response.json?["status"]?.string == "OK": return .dropped
        case 200..<300: return .requested
        case 400: return .tooLate
        case 404: return .notFound
        default: return .unavailable("HTTP \(response.status)")
        }
    }

    package func outcome(of payload: JSON) -> ProviderOutcome {
        FalResult.outcome(of: payload)
    }

    package func verify(_ webhook: ReceivedWebhook) async throws(WebhookRefusal) -> VerifiedWebhook {
        let signature = try FalSignature(webhook.headers)
        try await keys.verify(signature, body: webhook.body)
        guard let json = try? JSON(tolerating: webhook.body), let body = FalWebhookBody(json: json),
            body.requestID == signature.requestID
        else { throw .malformed }
        return VerifiedWebhook(
            requestID: body.requestID, userID: signature.userID, payload: FalResult.result(of: body),
            needsPoll: body.lacksResult)
    }

    /// Status, result and cancel leave out the endpoint's path.
    private func requestURL(_ reference: ProviderReference) -> String? {
        guard let app = FalAppID(reference.endpoint.rawValue) else { return nil }
        return "\(settings.queueURL)/\(app.canonical)/requests/\(reference.requestID.percentEncoded)"
    }
}

extension FalSignature {
    fileprivate init(_ headers: [String: String]) throws(WebhookRefusal) {
        guard let requestID = headers[FalHeader.webhookRequestID.rawValue],
            let userID = headers[FalHeader.webhookUserID.rawValue],
            let timestamp = headers[FalHeader.webhookTimestamp.rawValue],
            let signature = headers[FalHeader.webhookSignature.rawValue]
        else { throw .malformed }
        self.init(requestID: requestID, userID: userID, timestamp: timestamp, signature: signature)
    }
}

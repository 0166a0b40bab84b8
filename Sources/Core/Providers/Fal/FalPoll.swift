/// What fal's responses to a poll mean: first that to the request for the status, then that to the request for the
/// result. A proxy in between may respond in its place. Whoever misreads one gives up work that will be delivered, or
/// waits for work that never will be.
enum FalPoll {
    /// For fal's own word that our key is refused: long enough for a key that is being changed.
    static let refusalTimeout = Duration.seconds(60)
    /// For anything else that cannot be used: longer than a proxy is being restarted.
    static let unreadableTimeout = Duration.seconds(300)

    /// That a request is said to have ended.
    struct End: Sendable, Hashable {
        /// Why it has no result.
        var error: String?
        var errorType: String?
        /// Nil if it is `COMPLETED`. In any other state that is not known it may not have ended: its result decides.
        var unknownState: String?
    }

    enum Reading: Sendable, Hashable {
        case known(PollResult)
        case ended(End)
    }

    static func read(status response: FalHTTP.Response) -> Reading {
        guard response.isSuccess, let json = response.json, let state = json["status"]?.string else {
            return .known(withoutNews(response, "status"))
        }
        var end = End(error: json["error"]?.errorText, errorType: json["error_type"]?.string)
        switch FalQueueState(rawValue: state) {
        case .inQueue:
            let position = json["queue_position"]?.integer.map { Int(clamping: $0) }
            return .known(.running(ProviderProgress(queuePosition: position)))
        case .inProgress:
            return .known(.running(progress(json)))
        case .completed:
            return .ended(end)
        // By this status alone, fal's own client takes a request for one that goes on.
        case nil where response.status == 202:
            return .known(.running(ProviderProgress(unknownState: state.excerpt)))
        case nil:
            end.unknownState = state.excerpt
            return .ended(end)
        }
    }

    private static func progress(_ json: JSON) -> ProviderProgress {
        let lines = json["logs"]?.array?.compactMap { $0["message"]?.string } ?? []
        return ProviderProgress(
            percent: lines.last { percentage($0) != nil }.flatMap(percentage),
            logs: lines.suffix(20).map { $0.beginning(bytes: 500) })
    }

    private static func percentage(_ line: String) -> Int? { FalLogLine(line, timestamp: "").percentage }

    /// A failed request is completed too: its result is the error's own status and body.
    static func read(result response: FalHTTP.Response, of end: End) -> PollResult {
        if response.status == 400, response.error?.message.contains("still in progress") == true {
            return .running(ProviderProgress(unknownState: end.unknownState))
        }
        if let state = end.unknownState {
            guard isConclusive(response) else { return unusable("unknown state '\(state)'", end.error) }
        } else if let error = end.error {
            return .ended(FalResult.failed(
                error, type: end.errorType, status: isAboutTheCaller(response.status) ? 500 : response.status,
                payload: response.json))
        }
        if response.isSuccess {
            guard let payload = response.json, payload.object != nil else { return withoutNews(response, "result") }
            return .ended(FalResult.delivered(payload))
        }
        guard let error = response.error, !isAboutTheCaller(response.status) else {
            return withoutNews(response, "result")
        }
        if isOfGateway(response) {
            return .unusable(FalFailure.read(status: response.status, error: error), timeout: unreadableTimeout)
        }
        // A type that came as a header is not in the payload.
        let reason = error.errorType == nil ? "Invalid status code: \(response.status)" : error.message
        return .ended(
            FalResult.failed(reason, type: error.errorType, status: response.status, payload: response.json))
    }

    /// Whether it can only be the result of a request that has ended.
    private static func isConclusive(_ response: FalHTTP.Response) -> Bool {
        if response.isSuccess, let payload = response.json,
            case .delivered(let files, _) = FalResult.outcome(of: FalResult.delivered(payload)) {
            return !files.isEmpty
        }
        return response.error.map { response.status == 422 || !$0.types.isEmpty } ?? false
    }

    /// Such a status says nothing of how the request ended.
    private static func isAboutTheCaller(_ status: Int) -> Bool {
        [401, 403, 404, 407, 408, 425, 429].contains(status)
    }

    /// Without a type it may be of what stands before fal, and pass.
    private static func isOfGateway(_ response: FalHTTP.Response) -> Bool {
        (502...504).contains(response.status) && response.error?.types.isEmpty != false
    }

    /// A response that does not say how the request is.
    private static func withoutNews(_ response: FalHTTP.Response, _ what: String) -> PollResult {
        let status = response.status
        let isByFal = response.json?.object != nil
        switch status {
        case 401, 403:
            let message = response.error?.message.beginning(bytes: 500) ?? "HTTP \(status) for the \(what)"
            return .unusable(
                ProviderFailure(.misconfigured, message, isTransient: false),
                timeout: isByFal ? refusalTimeout : unreadableTimeout)
        case 404 where isByFal:
            return .notFound
        case 408, 425, 429, 500..<600:
            return .unavailable("HTTP \(status) for the \(what)", retryAfter: response.retryAfter)
        case 200..<300:
            return unusable("HTTP \(status) for the \(what)", response.malformed?.message ?? "it does not say anything")
        default:
            return unusable("HTTP \(status) for the \(what)", response.error?.message)
        }
    }

    /// Another attempt would be a second request to pay for, whose end is no easier to read.
    static func unusable(_ what: String, _ detail: String?) -> PollResult {
        let message = [what, detail].compactMap { $0 }.joined(separator: ": ").beginning(bytes: 500)
        return .unusable(ProviderFailure(.failed, message, isTransient: false), timeout: unreadableTimeout)
    }
}

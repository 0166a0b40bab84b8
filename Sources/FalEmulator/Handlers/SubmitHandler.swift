import Core
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SQL

/// Accepts requests: into the queue, or synchronously.
struct SubmitHandler: Sendable {
    let database: Database
    let runner: Runner
    let webhooks: WebhookSender
    let script: FaultScript
    let refusals: Refusals
    let requestSignal: Signal
    let time: Time
    let logger: Logger

    /// Pictures may come inside, as `data:` URIs of 10 MB in base 64.
    private let bodyLimit = 16 * 1024 * 1024

    func submit(
        _ app: FalAppID, _ request: Request, baseURL: String, caller: String, channel: any Channel
    ) async throws -> Response {
        let parts: Parts
        do {
            parts = try await read(app, request, caller: caller)
        } catch let refusal as Refused {
            return refusal.response
        }
        if let limit = Self.query(request, "fal_max_queue_length").flatMap({ Int($0) }),
            try await database.read({ try $0.queueLength() }) > limit {
            return FalResponse.error(429, "The queue has more than \(limit) requests", type: "queue_too_long")
        }
        let accepted = make(app, parts, request, baseURL: baseURL)
        try await database.write(order: .alone) { try $0.insertRequest(accepted) }
        logger.info("request accepted", metadata: ["request": "\(accepted.id)", "app": "\(app)"])
        if accepted.script.has(.webhookFirst) {
            try await runner.perform(accepted)
            try await webhooks.deliverNow(accepted.id)
        }
        requestSignal.send()
        if accepted.script.has(.noResponse) {
            try await channel.close()
            throw HTTPError(.internalServerError)
        }
        let ahead = try await database.read { try $0.requestsAhead(of: accepted.id) }
        let status = accepted.status(ahead: ahead, withLogs: false, usualDuration: .zero, now: accepted.acceptedAt)
        return try FalResponse.encoded(FalSubmitResponse(
            requestID: accepted.id.rawValue, responseURL: accepted.url, statusURL: accepted.url + "/status",
            cancelURL: accepted.url + "/cancel", status: .inQueue, queuePosition: status.queuePosition ?? 0))
    }

    /// The synchronous call: waits for the end and returns the result. It has no queue to wait in.
    func run(_ app: FalAppID, _ request: Request, baseURL: String, caller: String) async throws -> Response {
        let parts: Parts
        do {
            parts = try await read(app, request, caller: caller)
        } catch let refusal as Refused {
            return refusal.response
        }
        let accepted = make(app, parts, request, baseURL: baseURL, state: .inProgress)
        try await database.write(order: .alone) { try $0.insertRequest(accepted) }
        try await runner.perform(accepted)
        guard let ended = try await database.read({ try $0.request(accepted.id) }), let outcome = ended.outcome else {
            return FalResponse.error(504, "Request timed out", type: "request_timeout")
        }
        return FalResponse.outcome(outcome, of: accepted.id)
    }

    private struct Parts {
        let input: JSON
        let script: FaultScript
    }

    private struct Refused: Error {
        let response: Response
    }

    /// The input, unless it cannot be read or the script says to refuse it.
    private func read(_ app: FalAppID, _ request: Request, caller: String) async throws -> Parts {
        guard Model(app) != nil else {
            throw Refused(response: FalResponse.error(404, "Application \"\(app)\" not found"))
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: bodyLimit)
        } catch is NIOTooManyBytesError {
            throw Refused(
                response: FalResponse.error(413, "The request is larger than \(bodyLimit) bytes", type: "bad_request"))
        }
        guard let input = try? JSON(text: body.readableBytesView), input.object != nil else {
            let complaint = FalErrorDetail("json_invalid", "JSON decode error", at: ["body"])
            throw Refused(response: FalResponse.json(Outcome([complaint]).body, status: 422))
        }
        var script = script
        script.merge(FaultScript(prompt: input["prompt"]?.string ?? ""))
        if let fault = HTTPField.Name("x-sandbox-fault").flatMap({ request.headers[$0] }) {
            script.merge(FaultScript(list: fault) ?? FaultScript())
        }
        if let refusal = refusal(script, key: Self.key(caller, app, input)) { throw Refused(response: refusal) }
        return Parts(input: input, script: script)
    }

    private func refusal(_ script: FaultScript, key: String) -> Response? {
        if script.has(.locked) {
            return FalResponse.error(
                403, "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.")
        }
        let now = time.now()
        if script.has(.tooMany), refusals.refuses("429 " + key, times: script.count(of: .tooMany) ?? .max, now: now) {
            return FalResponse.error(
                429, "Too many requests", type: "concurrent_requests_limit",
                headers: [.retryAfter: "1", FalHeader.needsRetry.field: "1"])
        }
        if let times = script.count(of: .serverErrorThenOK), refusals.refuses("500 " + key, times: times, now: now) {
            return FalResponse.error(500, "Internal server error", type: "internal_error")
        }
        return nil
    }

    /// The same for the same input of the same caller.
    private static func key(_ caller: String, _ app: FalAppID, _ input: JSON) -> String {
        Hex.text(SHA256.hash(data: Data("\(caller)\n\(app)\n\(input.canonicalText)".utf8)))
    }

    private func make(
        _ app: FalAppID, _ parts: Parts, _ request: Request, baseURL: String, state: FalQueueState = .inQueue
    ) -> QueueRequest {
        let now = time.now()
        let isImmediate = parts.script.has(.webhookFirst) || state == .inProgress
        let wait = parts.script.count(of: .queue) ?? 0
        // `nan` is a Double, too.
        let startTimeout = request.headers[FalHeader.requestTimeout.field].flatMap { Double($0) }
            .flatMap { $0.isNaN ? nil : $0 }
        return QueueRequest(
            id: .make(at: now), app: app, input: parts.input, script: parts.script, baseURL: baseURL,
            webhookURL: Self.query(request, "fal_webhook"), state: isImmediate ? .inProgress : .inQueue,
            acceptedAt: now, startAt: now + .seconds(wait),
            startBy: startTimeout.map { now + .milliseconds(Int64(min(max($0, 0), 86_400) * 1000)) },
            startedAt: isImmediate ? now : nil)
    }

    private static func query(_ request: Request, _ name: String) -> String? {
        request.uri.queryParameters[Substring(name)].map(String.init)
    }
}

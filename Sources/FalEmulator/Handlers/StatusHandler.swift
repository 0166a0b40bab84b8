import Core
import HTTPTypes
import Hummingbird
import NIOCore
import SQL

/// Returns the status and the results of requests, and cancels them.
struct StatusHandler: Sendable {
    let database: Database
    let runner: Runner
    let usualDuration: Duration
    let time: Time

    /// 202 until it is completed, then 200: some clients decide by that alone.
    func status(_ name: Route.RequestName, withLogs: Bool) async throws -> Response {
        guard let status = try await current(name, withLogs: withLogs) else { return FalResponse.notFound }
        return try FalResponse.encoded(status, status: status.state == .completed ? 200 : 202)
    }

    /// Server-Sent Events: the status whenever it changes, until it is completed; at most an hour.
    func stream(_ name: Route.RequestName, withLogs: Bool) async throws -> Response {
        guard try await current(name, withLogs: false) != nil else { return FalResponse.notFound }
        let end = time.now() + .seconds(3600)
        let body = ResponseBody { writer in
            var last: FalStatus?
            var quiet = 0
            while time.now() < end, let status = try await current(name, withLogs: withLogs) {
                quiet += 1
                if status != last {
                    try await writer.write(ByteBuffer(string: "data: \(try FalResponse.encode(status))\n\n"))
                    (last, quiet) = (status, 0)
                } else if quiet.isMultiple(of: 25) {
                    // A client hangs up after 15 s of silence.
                    try await writer.write(ByteBuffer(string: ": keep-alive\n\n"))
                }
                if status.state == .completed { break }
                try await time.sleep(.milliseconds(200))
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    func result(_ name: Route.RequestName) async throws -> Response {
        guard let request = try await find(name) else { return FalResponse.notFound }
        guard let outcome = request.outcome else {
            return FalResponse.error(400, "Request is still in progress", type: "bad_request")
        }
        return FalResponse.outcome(outcome, of: request.id)
    }

    func cancel(_ name: Route.RequestName) async throws -> Response {
        guard let request = try await find(name) else { return FalResponse.notFound }
        if request.state == .completed || request.script.has(.cancelRefused) {
            return FalResponse.json(["status": "ALREADY_COMPLETED"], status: 400)
        }
        try await runner.end(request, .cancelled)
        return FalResponse.json(["status": "CANCELLATION_REQUESTED"], status: 202)
    }

    /// The newest 500 requests, so that a test can check what was submitted, and how often.
    func list() async throws -> Response {
        let requests = try await database.read { try $0.newestRequests(500) }
        return FalResponse.json(["requests": .array(requests.map(\.summary))])
    }

    private func current(_ name: Route.RequestName, withLogs: Bool) async throws -> FalStatus? {
        let found = try await database.read { transaction -> (QueueRequest, Int)? in
            guard let request = try transaction.request(name.id), request.app.canonical == name.app else { return nil }
            return (request, request.state == .inQueue ? try transaction.requestsAhead(of: name.id) : 0)
        }
        return found.map { request, ahead in
            request.status(ahead: ahead, withLogs: withLogs, usualDuration: usualDuration, now: time.now())
        }
    }

    private func find(_ name: Route.RequestName) async throws -> QueueRequest? {
        let request = try await database.read { try $0.request(name.id) }
        return request?.app.canonical == name.app ? request : nil
    }
}

extension QueueRequest {
    fileprivate var summary: JSON {
        func time(_ instant: Instant?) -> JSON { instant.map { .string($0.text) } ?? .null }
        return [
            "request_id": .string(id.rawValue), "app": .string(app.description),
            "webhook_url": webhookURL.map { .string($0) } ?? .null, "status": .string(state.rawValue),
            "faults": .string(script.description), "accepted_at": time(acceptedAt), "started_at": time(startedAt),
            "ended_at": time(endedAt), "http_status": outcome.map { .integer(Int64($0.status)) } ?? .null,
            "delivery": .string(delivery.rawValue), "delivery_attempts": .integer(Int64(deliveryAttempts)),
        ]
    }
}

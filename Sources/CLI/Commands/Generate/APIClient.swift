import AsyncHTTPClient
import Core
import Foundation
import NIOCore
import NIOHTTP1

/// A server's API as a command uses it. A request whose connection breaks is sent again: a GET changes nothing, and
/// every POST carries an Idempotency-Key, so that it is done and paid for once.
struct APIClient: Sendable {
    struct Call: Sendable {
        var method = HTTPMethod.GET
        var path: String
        var headers: [String: String] = [:]
        var body: [UInt8]?
        /// The server has not responded to anything yet: then a refused connection is final at once.
        var isFirst = false
    }

    private static let tries = 5
    private static let responseLimit = 4 << 20

    let target: Target
    private let client: HTTPClient
    private let time: Time

    init(target: Target, client: HTTPClient, time: Time) {
        self.target = target
        self.client = client
        self.time = time
    }

    /// The response to a call that was accepted. Throws a `Failure` with the server's own message.
    func json(_ call: Call) async throws -> JSON {
        let (response, bytes) = try await send(call)
        guard let json = try? JSON(parsing: bytes) else { throw notDarkroom(response) }
        guard (200..<300).contains(response.status.code) else { throw refusal(response, json) }
        return json
    }

    /// The bytes at an address of the server's, or at one that it gave.
    func bytes(at address: String, limit: Int) async throws -> [UInt8] {
        let response = try await client.execute(HTTPClientRequest(url: address), timeout: .seconds(120))
        guard response.status == .ok else {
            throw Failure(.failed, "The file could not be downloaded: HTTP \(response.status.code).")
        }
        return Array(try await response.body.collect(upTo: limit).readableBytesView)
    }

    /// A job's events from behind the one named, in parts, until the connection ends.
    func events(of job: String, after id: String?) async throws -> HTTPClientResponse.Body {
        var request = try await request(Call(path: "/api/jobs/\(job)/events"))
        request.headers.add(name: "Accept", value: "text/event-stream")
        if let id { request.headers.add(name: "Last-Event-ID", value: id) }
        let response = try await client.execute(request, deadline: .distantFuture)
        guard response.status == .ok else {
            let bytes = try await response.body.collect(upTo: Self.responseLimit)
            throw refusal(response, (try? JSON(parsing: bytes.readableBytesView)) ?? .null)
        }
        return response.body
    }

    private func send(_ call: Call) async throws -> (HTTPClientResponse, [UInt8]) {
        var isFirst = call.isFirst
        for attempt in 1... {
            do {
                let response = try await client.execute(try await request(call), timeout: .seconds(60))
                let body = try await response.body.collect(upTo: Self.responseLimit)
                isFirst = false
                let bytes = Array(body.readableBytesView)
                if attempt == Self.tries || !isWorthAnotherTry(response, bytes) { return (response, bytes) }
            } catch let error where !(error is Failure || error is CancellationError) {
                let failure = NoResponse(error)
                if attempt == Self.tries || (isFirst && failure.isUnsent) { throw unreachable(failure) }
                isFirst = false
            }
            try await time.sleep(.milliseconds(250 << attempt))
        }
        throw CancellationError()
    }

    private func request(_ call: Call) async throws -> HTTPClientRequest {
        var request = HTTPClientRequest(url: target.url + call.path)
        request.method = call.method
        request.headers.add(name: "Authorization", value: "Bearer \(try await target.token())")
        request.headers.add(name: "User-Agent", value: "darkroom/\(App.version)")
        for (name, value) in call.headers { request.headers.add(name: name, value: value) }
        if let body = call.body { request.body = .bytes(ByteBuffer(bytes: body)) }
        return request
    }

    /// A server that restarts, or one that is still processing the same key.
    private func isWorthAnotherTry(_ response: HTTPClientResponse, _ bytes: [UInt8]) -> Bool {
        if [502, 503, 504].contains(response.status.code) { return true }
        guard response.status == .conflict, let json = try? JSON(parsing: bytes) else { return false }
        return json["error"]?["code"] == "idempotency_in_progress"
    }

    private func unreachable(_ failure: NoResponse) -> Failure {
        Failure(.unreachable, "\(target.url) cannot be reached: \(failure.reason). Check that a server runs there.")
    }

    private func notDarkroom(_ response: HTTPClientResponse) -> Failure {
        Failure(.unreachable, "The server at \(target.url) is not a Darkroom server (HTTP \(response.status.code)).")
    }

    private func refusal(_ response: HTTPClientResponse, _ body: JSON) -> Failure {
        guard let error = body["error"], let message = error["message"]?.string else { return notDarkroom(response) }
        switch response.status.code {
        case 402: return Failure(.insufficientCredits, message)
        case 400, 401, 403, 404, 409, 411..<429: return Failure(.usage, message)
        default:
            let id = error["requestId"]?.string.map { " (request \($0))" } ?? ""
            return Failure(.failed, message + (response.status.code >= 500 ? id : ""))
        }
    }
}

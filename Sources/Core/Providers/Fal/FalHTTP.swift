import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Requests to fal, each sent once, with a bound on its time and its response.
struct FalHTTP: Sendable {
    struct Response: Sendable {
        let status: Int
        let json: JSON?
        /// The body as an error of fal's, in either shape.
        let error: FalErrorBody?
        let retryAfter: Duration?

        func decode<Value: Decodable>(_ type: Value.Type) -> Value? {
            try? json?.decode(type)
        }
    }

    enum Outcome: Sendable {
        case response(Response)
        /// It surely did not reach fal.
        case notSent(String)
        /// It may have reached fal.
        case noResponse(String)
    }

    static let responseLimit = 8 << 20

    private let client: HTTPClient
    private let key: String
    private let time: Time

    init(client: HTTPClient, key: String, time: Time) {
        self.client = client
        self.key = key
        self.time = time
    }

    /// - Parameter isPublic: Whether anyone may ask for this, so that our key is not sent.
    func send(
        _ method: HTTPMethod, _ url: String, body: JSON? = nil, timeout: Duration, isPublic: Bool = false
    ) async -> Outcome {
        var call = HTTPCall(method, url, timeout: timeout, limit: FalHTTP.responseLimit)
        if !isPublic { call.headers.add(name: "Authorization", value: "Key \(key)") }
        call.headers.add(name: "Accept", value: "application/json")
        if let body {
            call.headers.add(name: "Content-Type", value: "application/json")
            call.body = ByteBuffer(string: body.text)
        }
        do throws(HTTPCall.Failure) {
            return .response(Response(try await call.send(by: client, time)))
        } catch {
            return error.mayHaveBeenReceived ? .noResponse(error.description) : .notSent(error.description)
        }
    }
}

extension FalHTTP.Response {
    fileprivate init(_ response: HTTPCall.Response) {
        status = response.status
        json = try? JSON(parsing: response.body)
        retryAfter = response.headers.retryAfter
        let type = response.headers.first(name: FalHeader.errorType.rawValue)
        let body: FalErrorBody? = try? json?.decode()
        if let type, body?.errorType == nil, case .text(let text) = body?.detail {
            error = FalErrorBody(text, errorType: type)
        } else {
            error = body
        }
    }
}

import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Requests to fal, each sent once, with a bound on its time and its response.
struct FalHTTP: Sendable {
    struct Response: Sendable {
        let status: Int
        let json: JSON?
        /// Why the body is no JSON.
        let malformed: MalformedJSON?
        /// The body as an error of fal's, in either shape.
        let error: FalErrorBody?
        let retryAfter: Duration?

        func decode<Value: Decodable>(_ type: Value.Type) -> Value? {
            try? json?.decode(type)
        }

        var isSuccess: Bool { (200..<300).contains(status) }
    }

    enum Outcome: Sendable {
        case response(Response)
        /// It surely did not reach fal.
        case notSent(String)
        /// It may have reached fal.
        case noResponse(String)
        /// It has reached fal.
        case tooLarge(String)
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
            let response = try await call.send(by: client, time)
            let type = response.headers.first(name: FalHeader.errorType.rawValue)
            return .response(Response(
                response.status, response.body, errorType: type, retryAfter: response.headers.retryAfter))
        } catch .tooLarge(let limit) {
            return .tooLarge(HTTPCall.Failure.tooLarge(limit: limit).description)
        } catch {
            return error.mayHaveBeenReceived ? .noResponse(error.description) : .notSent(error.description)
        }
    }
}

extension FalHTTP.Response {
    /// - Parameter errorType: The error's type as a header names it, which counts where the body names none.
    init(_ status: Int, _ body: [UInt8], errorType: String? = nil, retryAfter: Duration? = nil) {
        self.status = status
        self.retryAfter = retryAfter
        do throws(MalformedJSON) {
            json = try JSONParser.parse(body, .tolerant)
            malformed = nil
        } catch {
            json = nil
            malformed = error
        }
        let read = json.flatMap { FalErrorBody(json: $0) }
        if let errorType, read?.errorType == nil, case .text(let text) = read?.detail {
            error = FalErrorBody(text, errorType: errorType)
        } else {
            error = read
        }
    }
}

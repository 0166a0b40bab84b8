import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Requests to fal, each with a bound on its time and its answer, and never repeated.
struct FalHTTP: Sendable {
    struct Answer: Sendable {
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
        case answer(Answer)
        /// It surely did not reach fal.
        case notSent(String)
        /// It may have reached fal.
        case noAnswer(String)
    }

    static let answerLimit = 8 << 20

    private let client: HTTPClient
    private let key: String

    init(client: HTTPClient, key: String) {
        self.client = client
        self.key = key
    }

    func send(_ method: HTTPMethod, _ url: String, body: JSON? = nil, timeout: TimeAmount) async -> Outcome {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "Authorization", value: "Key \(key)")
        request.headers.add(name: "Accept", value: "application/json")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: body.text))
        }
        do {
            let response = try await client.execute(request, timeout: timeout)
            let bytes = try await response.body.collect(upTo: FalHTTP.answerLimit)
            return .answer(Answer(status: Int(response.status.code), bytes: Array(bytes.readableBytesView), headers: response.headers))
        } catch {
            return FalHTTP.isUnsent(error) ? .notSent(FalHTTP.words(error)) : .noAnswer(FalHTTP.words(error))
        }
    }

    /// Nothing was sent where no connection came about; a pool may tell of that as of a broken one.
    private static func isUnsent(_ error: any Error) -> Bool {
        if let error = error as? HTTPClientError { return [.connectTimeout, .invalidURL].contains(error) }
        if let error = error as? IOError {
            return [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL].contains(error.errnoCode)
        }
        return error is NIOConnectionError
    }

    private static func words(_ error: any Error) -> String {
        String(String(describing: error).prefix(200))
    }
}

extension FalHTTP.Answer {
    fileprivate init(status: Int, bytes: [UInt8], headers: HTTPHeaders) {
        self.status = status
        let json = try? JSON(parsing: bytes)
        self.json = json
        var error: FalErrorBody? = try? json?.decode()
        if let body = error, body.errorType == nil, case .text(let text) = body.detail,
            let type = headers.first(name: FalHeader.errorType.rawValue) {
            error = FalErrorBody(text, errorType: type)
        }
        self.error = error
        // A date is allowed there as well; the backoff of our own covers it.
        retryAfter = headers.first(name: "Retry-After").flatMap { Int64($0) }.map { .seconds(min(max($0, 0), 3600)) }
    }
}

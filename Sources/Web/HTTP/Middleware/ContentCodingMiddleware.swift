import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Refuses a body in a content coding, such as gzip, with the coding's name, once a route reads it: no body is decoded.
struct ContentCodingMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let coding = request.contentCoding else { return try await next(request, context) }
        var request = request
        request.body = RequestBody(asyncSequence: RefusedBody(error: .contentCoding(coding)))
        return try await next(request, context)
    }
}

extension Request {
    /// What `Content-Encoding` names; nil if the body is as it is.
    var contentCoding: String? {
        let names = (headers[.contentEncoding] ?? "").split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }
        return names.first { !$0.isEmpty && $0.lowercased() != "identity" }
    }
}

extension APIError {
    /// With the header that RFC 9110 (15.5.16) has for it.
    static func contentCoding(_ coding: String) -> APIError {
        var error = APIError(
            .unsupportedMediaType, "content_encoding_unsupported",
            "The Content-Encoding '\(coding.excerpt)' is not supported. Send the body without a Content-Encoding.",
            field: "Content-Encoding")
        error.headers[.acceptEncoding] = "identity"
        return error
    }
}

private struct RefusedBody: AsyncSequence, AsyncIteratorProtocol, Sendable {
    let error: APIError

    func makeAsyncIterator() -> RefusedBody { self }
    func next() async throws -> ByteBuffer? { throw error }
}

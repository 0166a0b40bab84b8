import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// What a client receives when something is refused: a stable code, a sentence to act on, and the field at fault.
/// Errors of Core become a status in the files `APIError+….swift` and nowhere else; `APIError+Core.swift` joins them.
struct APIError: Error {
    var status: HTTPResponse.Status
    let code: String
    let message: String
    var field: String?
    /// More that a program can use, such as `required` and `available`.
    var details: [String: JSON]
    var retryAfter: Duration?
    /// More of the response's headers, such as `Allow`.
    var headers: HTTPFields = [:]

    init(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, field: String? = nil,
        details: [String: JSON] = [:], retryAfter: Duration? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.details = details
        self.retryAfter = retryAfter
    }

    /// Also for what exists but belongs to somebody else.
    static func notFound(_ what: String) -> APIError {
        APIError(.notFound, "not_found", "There is no \(what) with this id in your account.")
    }

    static let unauthorized = APIError(
        .unauthorized, "unauthorized", "Sign in, or send an API key as 'Authorization: Bearer dk_…'.")

    static func invalidParameter(_ field: String, _ message: String) -> APIError {
        APIError(.unprocessableContent, "invalid_parameter", message, field: field)
    }

    static func methodNotAllowed(_ allow: String) -> APIError {
        var error = APIError(
            .methodNotAllowed, "method_not_allowed", "This route supports only \(allow).")
        error.headers[.allow] = allow
        return error
    }

    /// `{"error": {"code", "message", "field"?, "requestId", …}}`
    func response(requestID: String) -> Response {
        var error = details
        error["code"] = .string(code)
        error["message"] = .string(message)
        error["requestId"] = .string(requestID)
        if let field { error["field"] = .string(field) }
        var response = Response.json(JSON.object(["error": .object(error)]), status: status)
        if let retryAfter { response.headers[.retryAfter] = String(max(1, (retryAfter.milliseconds + 999) / 1000)) }
        response.headers.append(contentsOf: headers)
        if status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
        return response
    }
}

extension Response {
    /// - Parameter location: The path of what was created.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, location: String? = nil
    ) -> Response {
        json(text: ByteBuffer(bytes: JSON.bytes(of: value)), status: status, location: location)
    }

    /// With a line end, so that a terminal shows its prompt on a line of its own.
    static func json(text: ByteBuffer, status: HTTPResponse.Status = .ok, location: String? = nil) -> Response {
        var text = text
        text.writeString("\n")
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"]
        headers[.location] = location
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: text))
    }
}

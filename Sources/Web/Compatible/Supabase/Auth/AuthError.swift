import Core
import HTTPTypes
import Hummingbird

/// An error as Supabase's auth server sends it, which its clients act on.
///
/// Statuses matter here: clients take 500 to 504 for a fault of the network and keep their session, and drop it for
/// 4xx. So what really failed is 4xx, and an unavailable database is 5xx, or an outage would sign everybody out.
struct AuthError: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    var weakPasswordReasons: [String]?
    var retryAfter: Duration?
    /// More of the response's headers.
    var headers: HTTPFields = [:]

    init(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, weakPasswordReasons: [String]? = nil,
        retryAfter: Duration? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.weakPasswordReasons = weakPasswordReasons
        self.retryAfter = retryAfter
    }

    /// The old shape and the new one at once: every client reads one of them.
    func response(requestID: String) -> Response {
        var body: [String: JSON] = [
            "code": .string(code), "error_code": .string(code), "message": .string(message), "msg": .string(message),
            "request_id": .string(requestID),
        ]
        if let weakPasswordReasons {
            body["weak_password"] = [
                "reasons": .array(weakPasswordReasons.map(JSON.string)), "message": .string(message),
            ]
        }
        var response = Response.json(JSON.object(body), status: status)
        response.headers.append(contentsOf: headers)
        response.headers[.supabaseErrorCode] = code
        if let retryAfter { response.headers[.retryAfter] = String(max(1, (retryAfter.milliseconds + 999) / 1000)) }
        return response
    }
}

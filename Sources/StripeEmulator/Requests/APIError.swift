import Core

/// An error in Stripe's shape.
struct APIError: Error, Sendable {
    var status: Int
    var type = "invalid_request_error"
    var code: String?
    var message: String
    var param: String?
    var declineCode: String?

    static func invalid(_ param: String?, _ message: String, code: String? = nil) -> APIError {
        APIError(status: 400, code: code, message: message, param: param)
    }

    static func missing(_ param: String) -> APIError {
        .invalid(param, "Missing required param: \(param).", code: "parameter_missing")
    }

    /// 404 for the object that the path names, and 400 for one that a parameter names.
    static func noSuch(_ kind: Kind, _ id: String, param: String = "id") -> APIError {
        let noun = kind == .session ? "checkout.session" : kind.rawValue.replacing("_", with: " ")
        return APIError(
            status: param == "id" ? 404 : 400, code: "resource_missing",
            message: "No such \(noun): '\(id.beginning(bytes: 100))'", param: param)
    }

    static let declined = APIError(
        status: 402, type: "card_error", code: "card_declined", message: "Your card was declined.",
        declineCode: "generic_decline")

    var body: JSON {
        let members: [String: JSON?] = [
            "type": .string(type), "message": .string(message), "code": code.map { .string($0) },
            "param": param.map { .string($0) }, "decline_code": declineCode.map { .string($0) },
            "doc_url": code.map { .string("https://docs.stripe.com/error-codes#" + $0.replacing("_", with: "-")) },
        ]
        return ["error": .object(members.compactMapValues { $0 })]
    }
}

import Core

/// How a request ended: the response that its result gets.
struct Outcome: Error, Sendable, Hashable {
    let status: Int
    let body: JSON
    /// Set for an error in the flat shape.
    let errorType: String?

    init(output: JSON) {
        self.init(status: 200, body: output, errorType: nil)
    }

    init(status: Int, body: JSON, errorType: String?) {
        self.status = status
        self.body = body
        self.errorType = errorType
    }

    init(status: Int, _ text: String, errorType: String) {
        self.init(
            status: status, body: ["detail": .string(text), "error_type": .string(errorType)], errorType: errorType)
    }

    /// A model's complaints, in the shape of a list.
    init(_ details: [FalErrorDetail]) {
        let list = details.map { detail -> JSON in
            var members: [String: JSON] = [
                "loc": .array(detail.location), "msg": .string(detail.message), "type": .string(detail.type),
            ]
            if let context = detail.context { members["ctx"] = context }
            if let url = detail.url { members["url"] = .string(url) }
            return .object(members)
        }
        self.init(status: 422, body: ["detail": .array(list)], errorType: nil)
    }

    static let cancelled = Outcome(status: 499, "Request was cancelled", errorType: "client_cancelled")

    var isSuccess: Bool { status == 200 }

    /// The error of the status and of the webhook; nil for a success.
    var error: String? {
        if isSuccess { return nil }
        return errorType == nil ? "Invalid status code: \(status)" : body["detail"]?.string
    }
}

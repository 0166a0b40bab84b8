import Core

/// One call of the API, read: which object its path names, and its parameters.
struct Call: Sendable {
    let id: String
    let parameters: Parameters
}

/// The request that causes an event; none if something happens by itself.
struct Cause: Sendable, Codable {
    let request: String?
    let key: String?

    static let itself = Cause(request: nil, key: nil)
}

/// A request apart from its HTTP, so that a test needs no socket.
struct APIRequest: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case delete = "DELETE"
    }

    let method: Method
    let path: String
    var query = ""
    var body = ""
    var authorization: String?
    var version: String?
    var idempotencyKey: String?
}

struct APIResponse: Sendable {
    let status: Int
    let body: String
    var isReplayed = false
    var requestID = ""
}

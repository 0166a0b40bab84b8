import Core
import HTTPTypes
import Hummingbird

extension Request {
    /// The `Idempotency-Key` of this request with what it asks for; nil if it sent none.
    ///
    /// - Parameter bytes: The body as it was received.
    func idempotency(route: String, body: JSON, bytes: [UInt8]) throws(APIError) -> Idempotency? {
        try idempotencyKey().map { Idempotency(route: route, key: $0, body: body, bytes: bytes) }
    }

    /// For a request that has no body.
    ///
    /// - Parameter meaning: What the request asks for.
    func idempotency(route: String, meaning: String) throws(APIError) -> Idempotency? {
        try idempotencyKey().map {
            Idempotency(route: route, key: $0, bodyHash: Idempotency.hash(Array(meaning.utf8)))
        }
    }

    /// The `Idempotency-Key` alone; nil if there is none.
    func idempotencyKey() throws(APIError) -> String? {
        guard let key = headers[.idempotencyKey] else { return nil }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (32...126).contains($0) }) else {
            throw APIError(
                .badRequest, "invalid_idempotency_key",
                "An Idempotency-Key must have 1 to 255 printable ASCII characters.",
                field: "Idempotency-Key")
        }
        return key
    }
}

extension Response {
    /// The stored response to the first request with the same `Idempotency-Key`.
    ///
    /// - Parameter location: The path of what was created, by the stored body.
    static func replayed(_ stored: StoredResponse, location: (JSON) -> String?) -> Response {
        let body = try? JSON(parsing: stored.body)
        var response = Response.json(
            text: ByteBuffer(string: stored.body), status: .init(code: stored.status), location: body.flatMap(location))
        response.headers[.idempotentReplayed] = "true"
        return response
    }
}

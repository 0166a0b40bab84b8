import Core
import Hummingbird
import NIOCore

extension Request {
    /// In bytes, for a body whose route says nothing else. Anybody can send one, and reading it costs more than sending
    /// it.
    static let bodyLimit = 16 << 10

    /// The body as JSON of at most `limit` bytes. Throws 413, or 400 `invalid_json`.
    func json(limit: Int = Request.bodyLimit) async throws -> JSON {
        try JSON(body: await bytes(limit: limit))
    }

    /// The body as a type of this server. Throws 422 with the name of the field if a member is missing or of the wrong
    /// type.
    func decode<Body: Decodable>(_ type: Body.Type, limit: Int = Request.bodyLimit) async throws -> Body {
        let json = try await json(limit: limit)
        do {
            return try json.decode(type)
        } catch let error as DecodingError {
            throw APIError(decoding: error)
        }
    }

    /// The whole body. Throws 413 as soon as it is longer than `limit`, and before any of it is read if its length says
    /// so: a client that waits with its body is not told to send one that is refused.
    ///
    /// - Parameter grow: Called before more is held, with the number of bytes then. What it throws ends the reading.
    func bytes(limit: Int, grow: (_ size: Int) throws -> Void = { _ in }) async throws -> [UInt8] {
        let tooLarge = APIError(.contentTooLarge, "body_too_large", "The body is larger than \(limit) bytes.")
        if let announced = headers[.contentLength].flatMap({ Int($0) }), announced > limit { throw tooLarge }
        var collected = ByteBuffer()
        for try await part in body {
            let size = collected.readableBytes + part.readableBytes
            guard size <= limit else { throw tooLarge }
            try grow(size)
            collected.writeImmutableBuffer(part)
        }
        return Array(collected.readableBytesView)
    }
}

extension JSON {
    /// A request's body. Throws 400 `invalid_json`, which says where it is malformed, and how; or 422 with the name of
    /// the field that contains U+0000.
    init(body bytes: [UInt8]) throws(APIError) {
        guard !bytes.isEmpty else {
            throw APIError(.badRequest, "invalid_json", "The body is empty. Send JSON.")
        }
        do {
            try self.init(parsing: bytes)
        } catch let error as MalformedJSON {
            throw APIError(
                .badRequest, "invalid_json", "The body is not valid JSON: \(error.message).", field: error.field)
        } catch {
            throw APIError(.badRequest, "invalid_json", "The body is not valid JSON.")
        }
        if let path = pathOfNUL { throw .containsNUL(path) }
    }
}

extension APIError {
    /// - Parameter field: Empty if it is the whole body.
    static func containsNUL(_ field: String) -> APIError {
        APIError(
            .unprocessableContent, "invalid_parameter",
            "\(field.isEmpty ? "The body" : "'\(field)'") must not contain the character U+0000.",
            field: field.isEmpty ? nil : field)
    }

    init(decoding error: DecodingError) {
        func path(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
            let keys = context.codingPath + (key.map { [$0] } ?? [])
            return keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            let field = path(context, key)
            self.init(.unprocessableContent, "missing_parameter", "'\(field)' is required.", field: field)
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            let field = path(context)
            self = field.isEmpty
                ? APIError(.badRequest, "invalid_json", "The body must be a JSON object.")
                : .invalidParameter(field, "'\(field)' has the wrong type.")
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            let field = path(context)
            self = .invalidParameter(field, "'\(field)' is not valid: \(context.debugDescription).")
        default:
            self.init(.badRequest, "invalid_json", "The body is not valid JSON.")
        }
    }
}

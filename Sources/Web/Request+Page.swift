import Core
import HTTPTypes
import Hummingbird

extension Request {
    /// `?limit=`, from 1 to 100.
    func limit(default: Int = 20) throws(APIError) -> Int {
        guard let text = uri.queryParameters["limit"] else { return `default` }
        guard let limit = Int(text), (1...100).contains(limit) else {
            throw APIError(.unprocessableContent, "invalid_parameter", "'limit' is a number from 1 to 100.", field: "limit")
        }
        return limit
    }

    /// `?cursor=`, the `nextCursor` of the page before.
    func cursor<Subject>(_ type: Subject.Type) throws(APIError) -> ID<Subject>? {
        guard let text = uri.queryParameters["cursor"] else { return nil }
        guard let cursor = ID<Subject>(checking: text) else {
            throw APIError(.unprocessableContent, "invalid_parameter", "'cursor' is the 'nextCursor' of the page before.", field: "cursor")
        }
        return cursor
    }
}

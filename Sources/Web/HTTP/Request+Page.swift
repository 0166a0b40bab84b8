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

    /// A choice out of those that there are; nothing where none is made.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws(APIError) -> Choice? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard let choice = Choice(rawValue: String(text)) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError(.unprocessableContent, "invalid_parameter", "'\(name)' is one of \(known).", field: name)
        }
        return choice
    }

    func identifier<Subject>(_ name: String, of type: Subject.Type = Subject.self) throws(APIError) -> ID<Subject>? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard let id = ID<Subject>(checking: text) else {
            throw APIError(.unprocessableContent, "invalid_parameter", "'\(name)' is an id.", field: name)
        }
        return id
    }

    /// Such as `2026-11-21T05:03:49.937Z`, or a day, which is its beginning in UTC.
    func instant(_ name: String) throws(APIError) -> Instant? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard let instant = Instant(text: String(text)) else {
            throw APIError(
                .unprocessableContent, "invalid_parameter", "'\(name)' is an instant such as 2026-11-21T05:03:49Z, or a day such as 2026-11-21.",
                field: name)
        }
        return instant
    }

    /// `?format=csv`, or an `Accept` that asks for it first.
    func wantsCSV() throws(APIError) -> Bool {
        guard let format = uri.queryParameters["format"] else {
            return headers[.accept]?.lowercased().hasPrefix("text/csv") ?? false
        }
        guard format == "csv" || format == "json" else {
            throw APIError(.unprocessableContent, "invalid_parameter", "'format' is json or csv.", field: "format")
        }
        return format == "csv"
    }
}

import Core
import HTTPTypes
import Hummingbird

extension Request {
    /// One of the values that there are; nil if the parameter is absent.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws(APIError) -> Choice? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard let choice = Choice(rawValue: String(text)) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidParameter(name, "'\(name)' must be one of: \(known).")
        }
        return choice
    }

    func identifier<Subject>(_ name: String, of type: Subject.Type = Subject.self) throws(APIError) -> ID<Subject>? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard let id = ID<Subject>(checking: text) else { throw .invalidParameter(name, "'\(name)' must be an id.") }
        return id
    }

    /// Such as `2026-11-21T05:03:49.937Z`, or a day, which is its beginning in UTC.
    func instant(_ name: String) throws(APIError) -> Instant? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard let instant = Instant(text: String(text)) else {
            throw .invalidParameter(
                name, "'\(name)' must be a time such as 2026-11-21T05:03:49Z, or a date such as 2026-11-21.")
        }
        return instant
    }

    /// `?format=csv`, or an `Accept` that asks for it first.
    func wantsCSV() throws(APIError) -> Bool {
        guard let format = uri.queryParameters["format"] else {
            return headers[.accept]?.lowercased().hasPrefix("text/csv") ?? false
        }
        guard format == "csv" || format == "json" else {
            throw .invalidParameter("format", "'format' must be 'json' or 'csv'.")
        }
        return format == "csv"
    }
}

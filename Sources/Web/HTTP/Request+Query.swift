import Core
import Foundation
import Hummingbird

/// The names of the query parameters that a handler takes: an enum beside it. A handler takes a `Query` of them as an
/// argument, so it can read no other parameter, and `APIRoutes` refuses a request that has another one.
protocol QueryName: RawRepresentable, CaseIterable, Hashable, Sendable where RawValue == String {}

/// The names of a list's parameters.
protocol PageName: QueryName {
    static var limit: Self { get }
    static var cursor: Self { get }
}

/// The query of a request, which has no parameter but those with a `Name`.
struct Query<Name: QueryName>: Sendable {
    private let values: [Name: String]

    /// Throws 422 `unknown_parameter`. If a parameter is repeated, the first one counts.
    init(_ request: Request) throws(APIError) {
        var values: [Name: String] = [:]
        for (text, value) in request.query {
            guard let name = Name(rawValue: text) else {
                throw .unknownParameter(text, known: Name.allCases.map(\.rawValue))
            }
            if values[name] == nil { values[name] = value }
        }
        self.values = values
    }

    func text(_ name: Name) -> String? { values[name] }

    /// One of the values that there are; nil if the parameter is absent.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: Name) throws(APIError) -> Choice? {
        guard let text = values[name] else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw invalid(name, "must be one of: \(known).")
        }
        return choice
    }

    func identifier<Subject>(_ name: Name, of type: Subject.Type = Subject.self) throws(APIError) -> ID<Subject>? {
        guard let text = values[name] else { return nil }
        guard let id = ID<Subject>(checking: text[...]) else { throw invalid(name, "must be an id.") }
        return id
    }

    /// Such as `2026-11-21T05:03:49.937Z`, or a day, which is its beginning in UTC.
    func instant(_ name: Name) throws(APIError) -> Instant? {
        guard let text = values[name] else { return nil }
        guard let instant = Instant(text: text) else {
            throw invalid(name, "must be a time such as 2026-11-21T05:03:49Z, or a date such as 2026-11-21.")
        }
        return instant
    }

    /// Whether `csv` is asked for, here or else by an `Accept` that begins with it.
    func wantsCSV(_ name: Name, accept: String?) throws(APIError) -> Bool {
        guard let format = values[name] else { return accept?.lowercased().hasPrefix("text/csv") ?? false }
        guard format == "csv" || format == "json" else { throw invalid(name, "must be 'json' or 'csv'.") }
        return format == "csv"
    }

    /// From 1 to 100.
    func limit(_ name: Name, default usual: Int = 20) throws(APIError) -> Int {
        guard let text = values[name] else { return usual }
        guard let limit = Int(text), (1...100).contains(limit) else {
            throw invalid(name, "must be a number from 1 to 100.")
        }
        return limit
    }

    private func invalid(_ name: Name, _ what: String) -> APIError {
        .invalidParameter(name.rawValue, "'\(name.rawValue)' \(what)")
    }
}

extension Query where Name: PageName {
    /// `?limit=&cursor=` of a list whose items are named by their ids.
    func page<Subject>(of type: Subject.Type, limit usual: Int = 20) throws(APIError) -> PageQuery<ID<Subject>> {
        try page(by: ID<Subject>.self, limit: usual)
    }

    func page<Cursor: PageCursor>(by type: Cursor.Type, limit usual: Int = 20) throws(APIError) -> PageQuery<Cursor> {
        PageQuery(limit: try limit(.limit, default: usual), cursor: try cursor())
    }

    /// The `nextCursor` of the page before.
    private func cursor<Cursor: PageCursor>() throws(APIError) -> Cursor? {
        guard let text = values[.cursor] else { return nil }
        guard let cursor = Cursor(cursor: text[...]) else {
            throw invalid(.cursor, "must be the 'nextCursor' of the previous page.")
        }
        return cursor
    }
}

extension Request {
    /// Throws 422 `unknown_parameter` if there is any parameter.
    func refuseQuery() throws(APIError) {
        if let (name, _) = query.first { throw .unknownParameter(name, known: []) }
    }

    /// In the order of the request, names and values decoded.
    fileprivate var query: [(String, String)] {
        uri.queryParameters.compactMap { name, value in
            name.isEmpty && value.isEmpty
                ? nil : (name.removingPercentEncoding ?? String(name), String(value))
        }
    }
}

extension APIError {
    /// - Parameter known: The parameters that there are, in the order in which the message has them.
    static func unknownParameter(_ name: String, known: [String]) -> APIError {
        let name = name.excerpt
        var message = "Unknown parameter '\(name)'."
        if let meant = known.nearest(to: name) { message += " Did you mean '\(meant)'?" }
        message += known.isEmpty
            ? " None is supported here." : " Supported parameters: \(known.joined(separator: ", "))."
        return APIError(.unprocessableContent, "unknown_parameter", message, field: name)
    }
}

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

    /// Throws 422 `unknown_parameter`, or 422 with the name of the parameter that contains U+0000. If a parameter is
    /// repeated, the first one counts.
    init(_ request: Request) throws(APIError) {
        var values: [Name: String] = [:]
        for (text, value) in request.query {
            guard let name = Name(rawValue: text) else {
                throw .unknownParameter(text, known: Name.allCases.map(\.rawValue))
            }
            if value.containsNUL { throw .containsNUL(text) }
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

    /// `true` or `false`; nil if the parameter is absent.
    func flag(_ name: Name) throws(APIError) -> Bool? {
        guard let text = values[name] else { return nil }
        guard text == "true" || text == "false" else { throw invalid(name, "must be one of: true, false.") }
        return text == "true"
    }

    func identifier<Subject>(_ name: Name, of type: Subject.Type = Subject.self) throws(APIError) -> ID<Subject>? {
        guard let text = values[name] else { return nil }
        guard let id = ID<Subject>(checking: text[...]) else { throw invalid(name, "must be an id.") }
        return id
    }

    /// Such as `2026-11-21T05:03:49.937Z` or `2026-11-21T06:03:49+01:00`, or a day, which is its beginning in UTC.
    func instant(_ name: Name) throws(APIError) -> Instant? {
        guard let text = values[name] else { return nil }
        if let instant = Instant(text: text) { return instant }
        let withPlus = text.lastIndex(of: " ").map { text.replacingCharacters(in: $0...$0, with: "+") }
        guard withPlus.flatMap({ Instant(text: $0) }) == nil else {
            throw invalid(name, "has a blank before its offset. In a URL, encode '+' as '%2B'.")
        }
        throw invalid(
            name, """
                must be a time such as 2026-11-21T05:03:49Z or 2026-11-21T06:03:49+01:00, or a date such as 2026-11-21.
                """)
    }

    /// Whether `csv` is asked for, here or else by an `Accept` that begins with it.
    func wantsCSV(_ name: Name, accept: String?) throws(APIError) -> Bool {
        guard let format = values[name] else { return accept?.lowercased().hasPrefix("text/csv") ?? false }
        guard format == "csv" || format == "json" else { throw invalid(name, "must be 'json' or 'csv'.") }
        return format == "csv"
    }

    func number(_ name: Name, in range: ClosedRange<Int>) throws(APIError) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw invalid(name, "must be a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
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

    /// The first parameter of this name, for a handler that reads no other.
    func parameter(_ name: some QueryName) -> String? {
        query.first { $0.0 == name.rawValue }?.1
    }

    /// In the order of the request, names and values decoded as those of a form, in which a plus is a blank: so do
    /// clients write them that do not write a blank as `%20`.
    fileprivate var query: [(String, String)] {
        func decoded(_ text: Substring) -> String {
            PercentEncoding.decode(text, plusIsSpace: true) ?? String(text)
        }
        return (uri.query ?? "").split(separator: "&").compactMap { parameter in
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let (name, value) = (decoded(parts[0]), parts.count == 2 ? decoded(parts[1]) : "")
            return name.isEmpty && value.isEmpty ? nil : (name, value)
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

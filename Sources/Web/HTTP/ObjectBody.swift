import Core
import HTTPTypes

/// A request's body whose members are known one by one. An unknown member is refused, as it may be a typing error. Null
/// is the same as an absent member.
struct ObjectBody {
    private let members: [String: JSON]

    init(_ body: JSON, _ names: [String]) throws(APIError) {
        guard let members = body.object else {
            throw APIError(.badRequest, "invalid_json", "The body must be a JSON object.")
        }
        if let unknown = members.keys.filter({ !names.contains($0) }).sorted().first {
            throw .unknownParameter(unknown, known: names)
        }
        self.members = members.filter { $0.value != .null }
    }

    subscript(name: String) -> JSON? { members[name] }

    func text(_ name: String) throws(APIError) -> String? {
        guard let value = members[name] else { return nil }
        guard let text = value.string else { throw invalid(name, "must be a string") }
        return text
    }

    func requiredText(_ name: String) throws(APIError) -> String {
        guard let text = try text(name) else { throw missing(name) }
        return text
    }

    func texts(_ name: String) throws(APIError) -> [String]? {
        guard let value = members[name] else { return nil }
        guard let list = value.array, case let texts = list.compactMap(\.string), texts.count == list.count else {
            throw invalid(name, "must be a list of strings")
        }
        return texts
    }

    func flag(_ name: String) throws(APIError) -> Bool? {
        guard let value = members[name] else { return nil }
        guard let flag = value.bool else { throw invalid(name, "must be true or false") }
        return flag
    }

    func integer(_ name: String) throws(APIError) -> Int? {
        guard let value = members[name] else { return nil }
        guard let integer = value.integer else { throw invalid(name, "must be a whole number") }
        return Int(integer)
    }

    func requiredInteger(_ name: String) throws(APIError) -> Int {
        guard let integer = try integer(name) else { throw missing(name) }
        return integer
    }

    /// Not below zero, with two decimals at most.
    func credits(_ name: String) throws(APIError) -> Credits? {
        guard let value = members[name] else { return nil }
        guard let credits = Credits(json: value), credits >= .zero, credits <= .whole(1_000_000_000) else {
            throw invalid(name, "must be a number of credits, with at most two decimals")
        }
        return credits
    }

    private func missing(_ name: String) -> APIError {
        APIError(.unprocessableContent, "missing_parameter", "'\(name)' is required.", field: name)
    }

    private func invalid(_ name: String, _ what: String) -> APIError {
        .invalidParameter(name, "'\(name)' \(what).")
    }
}

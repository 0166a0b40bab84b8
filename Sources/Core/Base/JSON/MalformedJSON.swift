/// Why a text is not JSON, and where.
package struct MalformedJSON: Error, Sendable, Hashable {
    package enum Problem: Sendable, Hashable {
        case endsEarly, unexpectedCharacter, textBehindTheEnd
        case number, numberTooLarge, notFinite
        case escape, halfCharacter, controlCharacter, notUTF8
        case tooDeep(limit: Int), tooManyValues(limit: Int)
    }

    package let problem: Problem
    /// Of the first byte that cannot be read, counted from 0.
    package let position: Int
    /// The names and indexes that lead to the value, the outermost first.
    package private(set) var path: [String] = []

    init(_ problem: Problem, at position: Int) {
        self.problem = problem
        self.position = position
    }

    /// The same in a value that is a member or an element of another.
    func inside(_ name: String) -> MalformedJSON {
        var outer = self
        outer.path.insert(name, at: 0)
        return outer
    }

    /// The path in dots, such as `jobs.1.prompt`. Nil if it is the whole text that is malformed, or too large.
    package var field: String? { path.isEmpty || problem.isOfSize ? nil : path.joined(separator: ".").excerpt }

    /// What is wrong, and where.
    package var message: String {
        let place = field.map { " in '\($0)'" } ?? ""
        return "\(problem.text) at byte \(position)\(place)"
    }
}

extension MalformedJSON.Problem {
    /// Whether a smaller text could be read.
    package var isOfSize: Bool {
        switch self {
        case .tooDeep, .tooManyValues: true
        default: false
        }
    }

    fileprivate var text: String {
        switch self {
        case .endsEarly: "it ends early,"
        case .unexpectedCharacter: "an unexpected character"
        case .textBehindTheEnd: "more text after its end"
        case .number: "an incomplete number"
        case .numberTooLarge: "a number that is too large"
        case .notFinite: "NaN or Infinity"
        case .escape: "an unknown escape"
        case .halfCharacter: "half of a surrogate pair"
        case .controlCharacter: "a control character that is not escaped"
        case .notUTF8: "a text that is not UTF-8"
        case .tooDeep(let limit): "more than \(limit) levels"
        case .tooManyValues(let limit): "more than \(limit) values"
        }
    }
}

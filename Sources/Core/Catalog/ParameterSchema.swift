import Foundation

/// The parameters of a kind's jobs, stored as JSON in the catalog.
package struct ParameterSchema: Sendable, Hashable, Codable {
    package struct Parameter: Sendable, Hashable, Codable {
        package enum ValueType: String, Sendable, Codable {
            /// Text; `minimum` and `maximum` count characters as people see them, beside `ParameterSchema.textLimit`.
            case text
            case integer
            /// A whole number of hundredths, sent as a fraction of one.
            case percent
            /// One of `choices`.
            case choice
            /// `1024x1024`, or the longer side alone: `512`, `1K`, `2K`, `4K`. The bounds are in pixels a side.
            case resolution
            /// `16:9`.
            case aspectRatio
            /// The id of a stored picture of the account, or where one is: an https address or a data URI.
            case asset
        }

        package let name: String
        package let type: ValueType
        package let required: Bool?
        let minimum: Int?
        package let maximum: Int?
        package let choices: [String]?
        package let `default`: JSON?
    }

    /// The most bytes that a text may have, whatever its characters are made of.
    package static let textLimit = 16 << 10

    /// The most bytes that an address may have.
    static let addressLimit = 2_048

    package let parameters: [Parameter]

    package init(from decoder: any Decoder) throws {
        parameters = try decoder.singleValueContainer().decode([Parameter].self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(parameters)
    }

    package func parameter(_ name: String) -> Parameter? {
        parameters.first { $0.name == name }
    }
}

/// What is wrong with one parameter, in a sentence that says what would be right.
package struct ParameterError: Error, Sendable, Hashable {
    package enum Code: String, Sendable {
        case missing = "missing_parameter"
        case invalid = "invalid_parameter"
        case unknown = "unknown_parameter"
        case unsupported = "parameter_not_supported"
    }

    package let code: Code
    package let field: String
    package let message: String
}

extension ParameterSchema {
    /// The parameters with defaults filled in, each checked. `resolution` also gives `width` and `height`.
    package func validate(_ given: [String: JSON]) throws(ParameterError) -> [String: JSON] {
        for name in given.keys.sorted() where parameter(name) == nil {
            let (name, known) = (name.excerpt, parameters.map(\.name).joined(separator: ", "))
            throw ParameterError(
                code: .unknown, field: name, message: "Unknown parameter '\(name)'. Supported parameters: \(known).")
        }
        var valid: [String: JSON] = [:]
        for parameter in parameters {
            // Null is the same as a missing member. Spelled out, since a bare `nil` would be JSON's null here.
            let sent = given[parameter.name].flatMap { $0 == .null ? Optional<JSON>.none : $0 }
            if let value = sent ?? parameter.default {
                valid[parameter.name] = try parameter.check(value)
            } else if parameter.required == true {
                throw ParameterError(code: .missing, field: parameter.name, message: "'\(parameter.name)' is required.")
            }
        }
        let isSizeGiven = given["resolution"].map { $0 != .null } ?? false
        try addSize(to: &valid, isGiven: isSizeGiven)
        return valid
    }

    /// - Parameter isGiven: Whether the resolution was requested. One that was not says only how long the longer side
    ///   is, so that a shape alone can be requested.
    private func addSize(to valid: inout [String: JSON], isGiven: Bool) throws(ParameterError) {
        guard let text = valid["resolution"]?.string, let parameter = parameter("resolution") else { return }
        let ratio = valid["aspectRatio"]?.string
        let side = isGiven ? nil : Resolution(text, aspectRatio: nil)?.longerSide
        guard let size = side.flatMap({ Resolution(longerSide: $0, aspectRatio: ratio) })
            ?? Resolution(text, aspectRatio: ratio)
        else {
            throw ParameterError(
                code: .invalid, field: "aspectRatio",
                message: """
                    Set 'resolution' to a size such as '1024x1024', or set it to 512, 1K, 2K or 4K together with \
                    'aspectRatio'.
                    """)
        }
        let bounds = (parameter.minimum ?? 1)...(parameter.maximum ?? 8192)
        guard bounds.contains(size.width), bounds.contains(size.height) else {
            throw ParameterError(
                code: .invalid, field: "resolution",
                message: "Each side must be \(bounds.lowerBound) to \(bounds.upperBound) pixels; the size is \(size).")
        }
        valid["resolution"] = .string("\(size)")
        valid["width"] = .integer(Int64(size.width))
        valid["height"] = .integer(Int64(size.height))
    }
}

extension ParameterSchema.Parameter {
    fileprivate func check(_ value: JSON) throws(ParameterError) -> JSON {
        switch type {
        case .text: try checkText(value)
        case .integer, .percent: try checkInteger(value)
        case .choice: try checkChoice(value)
        case .resolution:
            try checkPattern(value, "a size such as '1024x1024', or 512, 1K, 2K or 4K") { Resolution.isWellFormed($0) }
        case .aspectRatio: try checkPattern(value, "a ratio such as 16:9, at most 4:1") { Resolution.ratio($0) != nil }
        case .asset: try checkAsset(value)
        }
    }

    /// An address is not fetched here, nor its host judged.
    private func checkAsset(_ value: JSON) throws(ParameterError) -> JSON {
        let text = (value.string ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        if let id = ID<Asset>(checking: text) { return .string(id.rawValue) }
        if DataURI.matches(text) { return .string(text) }
        guard Origin(text) != nil else {
            throw invalid("must be the id of an image in your account, an https URL of one, or a data URI")
        }
        guard text.utf8.count <= ParameterSchema.addressLimit else {
            throw invalid("must have at most \(ParameterSchema.addressLimit) bytes if it is a URL")
        }
        return .string(text)
    }

    private func checkText(_ value: JSON) throws(ParameterError) -> JSON {
        guard let text = value.string else { throw invalid("must be a string") }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard trimmed.utf8.count <= ParameterSchema.textLimit else {
            throw invalid("must have at most \(ParameterSchema.textLimit) bytes; it has \(trimmed.utf8.count)")
        }
        let count = trimmed.count
        guard count >= minimum ?? 0 else {
            throw invalid("must have at least \(minimum ?? 0) \(minimum == 1 ? "character" : "characters")")
        }
        guard count <= maximum ?? 10_000 else {
            throw invalid("must have at most \(maximum ?? 10_000) characters; it has \(count)")
        }
        guard !trimmed.unicodeScalars.contains(where: { $0.value == 0 }) else {
            throw invalid("must not contain the character U+0000")
        }
        return .string(trimmed)
    }

    private func checkInteger(_ value: JSON) throws(ParameterError) -> JSON {
        let range = Int64(minimum ?? 0)...Int64(maximum ?? Int.max)
        guard let integer = value.integer else { throw invalid("must be a whole number") }
        guard range.contains(integer) else { throw invalid("must be from \(range.lowerBound) to \(range.upperBound)") }
        return value
    }

    private func checkChoice(_ value: JSON) throws(ParameterError) -> JSON {
        let choices = choices ?? []
        guard let text = value.string, choices.contains(text) else {
            throw invalid("must be one of: \(choices.joined(separator: ", "))")
        }
        return value
    }

    private func checkPattern(
        _ value: JSON, _ pattern: String, _ fits: (String) -> Bool
    ) throws(ParameterError) -> JSON {
        let text = value.string ?? value.integer.map(String.init)
        guard let text, text.utf8.count <= 64, fits(text) else { throw invalid("must be \(pattern)") }
        return .string(text)
    }

    private func invalid(_ what: String) -> ParameterError {
        ParameterError(code: .invalid, field: name, message: "'\(name)' \(what).")
    }
}

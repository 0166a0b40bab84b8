import Core

/// A form's members as Stripe reads them: known ones are checked, unknown ones are refused, and an empty text
/// unsets.
struct Parameters: Sendable {
    let form: StripeForm
    /// The name of this part of the form, for errors.
    var path = ""

    func name(_ member: String) -> String { path.isEmpty ? member : "\(path)[\(member)]" }

    /// Refuses every name but these: a parameter that would be ignored is an error instead.
    func allow(_ names: String...) throws {
        for member in form.members ?? []
        where !names.contains(member.name) && !(path.isEmpty && member.name == "expand") {
            let name = name(member.name.excerpt)
            throw APIError.invalid(name, "Received unknown parameter: \(name)", code: "parameter_unknown")
        }
    }

    func has(_ name: String) -> Bool { form[name] != nil }

    /// The text, also an empty one.
    func raw(_ name: String, limit: Int = 5000) throws -> String? {
        guard let value = form[name] else { return nil }
        guard let text = value.text else {
            throw APIError.invalid(self.name(name), "Invalid string: \(self.name(name))")
        }
        guard text.unicodeScalars.count <= limit else {
            throw APIError.invalid(
                self.name(name), "Invalid string: must be at most \(limit) characters", code: "string_too_long")
        }
        return text
    }

    /// The text; nil if it is empty.
    func text(_ name: String, limit: Int = 5000) throws -> String? {
        guard let text = try raw(name, limit: limit), !text.isEmpty else { return nil }
        return text
    }

    func required(_ name: String) throws -> String {
        guard let text = try text(name) else { throw APIError.missing(self.name(name)) }
        return text
    }

    func integer(_ name: String, in range: ClosedRange<Int64> = 0...99_999_999) throws -> Int64? {
        guard let text = try text(name) else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            throw APIError.invalid(
                self.name(name), "Invalid integer: \(text.excerpt)", code: "parameter_invalid_integer")
        }
        return number
    }

    func instant(_ name: String) throws -> Int64? { try integer(name, in: 0...4_102_444_800) }

    func bool(_ name: String) throws -> Bool? {
        switch try text(name) {
        case nil: nil
        case "true": true
        case "false": false
        case let text?: throw APIError.invalid(self.name(name), "Invalid boolean: \(text.excerpt)")
        }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String
    ) throws -> Choice? where Choice.RawValue == String {
        guard let text = try text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw APIError.invalid(self.name(name), "Invalid \(self.name(name)): must be one of \(names)")
        }
        return choice
    }

    /// A part of the form, to be read in the same way.
    func part(_ name: String) throws -> Parameters? {
        guard let value = form[name] else { return nil }
        guard value.members != nil else { throw APIError.invalid(self.name(name), "Invalid object") }
        return Parameters(form: value, path: self.name(name))
    }

    func parts(_ name: String, limit: Int = 100) throws -> [Parameters]? {
        guard let value = form[name] else { return nil }
        guard let elements = value.elements, elements.count <= limit, elements.allSatisfy({ $0.members != nil }) else {
            throw APIError.invalid(self.name(name), "Invalid array")
        }
        return elements.enumerated().map { Parameters(form: $0.element, path: self.name(name) + "[\($0.offset)]") }
    }

    func texts(_ name: String, limit: Int = 100) throws -> [String]? {
        guard let value = form[name] else { return nil }
        guard let elements = value.elements, elements.count <= limit else {
            throw APIError.invalid(self.name(name), "Invalid array")
        }
        return try elements.map { element in
            guard let text = element.text else { throw APIError.invalid(self.name(name), "Invalid array") }
            return text
        }
    }

    /// The metadata after the request: given keys are set, or removed where their value is empty; an empty text removes
    /// all.
    func metadata(_ old: [String: String] = [:], under name: String = "metadata") throws -> [String: String] {
        guard let value = form[name] else { return old }
        if value.text == "" { return [:] }
        guard let members = value.members else { throw APIError.invalid(self.name(name), "Invalid object") }
        var metadata = old
        for member in members {
            let place = "\(self.name(name))[\(member.name)]"
            guard let text = member.value.text, text.unicodeScalars.count <= 500 else {
                throw APIError.invalid(place, "Metadata values are strings of at most 500 characters.")
            }
            guard member.name.unicodeScalars.count <= 40 else {
                throw APIError.invalid(place, "Metadata keys have at most 40 characters.")
            }
            metadata[member.name] = text.isEmpty ? nil : text
        }
        guard metadata.count <= 50 else { throw APIError.invalid(self.name(name), "Metadata has at most 50 keys.") }
        return metadata
    }
}

import Foundation

extension JSON {
    /// Reads JSON text; throws `MalformedJSON` if it is not JSON. The caller has bounded its size.
    package init(text: some Sequence<UInt8>) throws {
        try self.init(parsing: text)
    }

    /// One spelling per value: members sorted by name, `", "` between and `": "` after a name, only ASCII. It is how
    /// fal spells its webhooks, and what makes a value's hash comparable.
    package var canonicalText: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .null: text += "null"
        case .bool(let bool): text += bool ? "true" : "false"
        case .integer(let integer): text += String(integer)
        // JSON has no infinity; `null` is what JavaScript writes for it.
        case .decimal(let decimal): text += decimal.isFinite ? "\(decimal)" : "null"
        case .string(let string): Self.write(string, to: &text)
        case .array(let elements): Self.write(elements, between: "[", "]", to: &text) { $0.write(to: &$1) }
        case .object(let members):
            Self.write(
                members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }, between: "{", "}", to: &text
            ) { member, text in
                Self.write(member.key, to: &text)
                text += ": "
                member.value.write(to: &text)
            }
        }
    }

    private static func write<Element>(
        _ elements: [Element], between open: String, _ close: String, to text: inout String,
        each: (Element, inout String) -> Void
    ) {
        text += open
        for (index, element) in elements.enumerated() {
            if index > 0 { text += ", " }
            each(element, &text)
        }
        text += close
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for unit in string.utf16 {
            switch unit {
            case 0x22: text += "\\\""
            case 0x5C: text += "\\\\"
            case 0x0A: text += "\\n"
            case 0x0D: text += "\\r"
            case 0x09: text += "\\t"
            case 0x20..<0x7F: text.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default: text += "\\u" + Hex.text([UInt8(unit >> 8), UInt8(unit & 255)])
            }
        }
        text += "\""
    }
}

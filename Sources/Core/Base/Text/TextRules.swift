/// The one rule for characters that show nothing, in texts from outside, on both engines: U+0000 is nowhere, since
/// neither engine stores it, and a text of one line, such as a name, has no control character at all. What breaks the
/// rule is refused where it arrives, and never cut.
extension StringProtocol {
    package var containsNUL: Bool { utf8.contains(0) }

    /// Whether it has no control characters and no separators of lines.
    package var isOneLine: Bool { unicodeScalars.allSatisfy { !$0.isControl } }

    /// For a text that is not refused, such as a name out of a user's data: each control character is a blank.
    package var onOneLine: String { replacing(with: " ") { $0.isControl } }

    /// For a text that there is nobody to refuse to, such as a provider's reason for a failure: what could not be
    /// stored, and what a terminal would act on, is the replacement character. Lines and tabs stay.
    package var storable: String {
        replacing(with: "\u{FFFD}") { $0.isControl && !["\t", "\n", "\r", "\u{2028}", "\u{2029}"].contains($0) }
    }

    private func replacing(with mark: Unicode.Scalar, _ isUnwanted: (Unicode.Scalar) -> Bool) -> String {
        guard unicodeScalars.contains(where: isUnwanted) else { return String(self) }
        return String(String.UnicodeScalarView(unicodeScalars.map { isUnwanted($0) ? mark : $0 }))
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}

extension JSON {
    /// Where the first text with U+0000 is, as an error names it, such as `data.name` or `jobs.1.prompt`; empty if the
    /// value itself is that text, nil if there is none. A member's name is a text too.
    package var pathOfNUL: String? {
        partsToNUL.map { $0.joined(separator: ".").excerpt }
    }

    private var partsToNUL: [String]? {
        switch self {
        case .string(let text): text.containsNUL ? [] : nil
        case .array(let elements): JSON.partsToNUL(in: elements.enumerated().map { (String($0), $1) })
        case .object(let members): JSON.partsToNUL(in: members.sorted { $0.key < $1.key })
        case .null, .bool, .integer, .decimal: nil
        }
    }

    private static func partsToNUL(in members: [(key: String, value: JSON)]) -> [String]? {
        for (name, value) in members {
            if name.containsNUL { return [name] }
            if let rest = value.partsToNUL { return [name] + rest }
        }
        return nil
    }
}

import Mustache

/// A text from outside as a page shows it, escaped. A template names it in three braces.
///
/// Mustache's own escaping looks at characters as people see them, and a quotation mark with an accent on it is another
/// character: it stays, and ends an attribute. Here every scalar is looked at.
struct HTMLText: MustacheCustomRenderable, Sendable {
    let renderText: String
    var isNull: Bool { false }

    init(_ text: String) {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        renderText = escaped
    }
}

import Foundation

/// The headers of one part of a form.
struct MultipartHeaders: Sendable, Hashable {
    let name: String?
    /// As the sender names the file. Not yet checked.
    let filename: String?

    init(_ text: String) {
        let lines = text.split(separator: "\r\n")
        let disposition = lines.first { $0.lowercased().hasPrefix("content-disposition:") } ?? ""
        let parameters = HeaderParameters(disposition)
        name = parameters["name"]
        filename = parameters["filename*"].flatMap(Self.extended) ?? parameters["filename"].map(Self.plain)
    }

    /// Browsers write quotes and line breaks as percent escapes, and nothing else.
    private static func plain(_ text: String) -> String {
        text.replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing("%0A", with: "\n")
    }

    /// `UTF-8''na%C3%AFve.png`
    private static func extended(_ text: String) -> String? {
        let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
        return parts[2].removingPercentEncoding
    }
}

/// The `name=value` and `name="value"` after the semicolons of a header.
struct HeaderParameters {
    private var values: [String: String] = [:]

    init(_ header: some StringProtocol) {
        var rest = Substring(header).drop { $0 != ";" }
        while rest.first == ";", values.count < 16 {
            rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
            let name = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(name.count)
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst()
            let value = rest.first == "\"" ? Self.quoted(&rest) : Self.token(&rest)
            values[name.lowercased()] = value
            rest = rest.drop { $0 != ";" }
        }
    }

    subscript(name: String) -> String? { values[name] }

    private static func token(_ rest: inout Substring) -> String {
        let token = rest.prefix { $0 != ";" }
        rest = rest.dropFirst(token.count)
        return token.trimmingCharacters(in: .whitespaces)
    }

    /// A backslash stands for itself unless a quote or another follows it: some senders write whole Windows paths.
    private static func quoted(_ rest: inout Substring) -> String {
        var value = ""
        rest = rest.dropFirst()
        while let character = rest.popFirst(), character != "\"" {
            if character == "\\", let next = rest.first, next == "\"" || next == "\\" {
                value.append(next)
                rest = rest.dropFirst()
            } else {
                value.append(character)
            }
        }
        return value
    }
}

import Foundation

/// What AUTOMATIC1111, Forge and SD.Next write: the lines of the prompt, those of the negative prompt, and a last line
/// of `Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x768, Model: …`.
enum A1111Settings {
    private static let negative = "Negative prompt:"
    private static let mostPairs = 200
    private static let fewestPairs = 3

    /// Returns nil if the text has neither a prompt nor settings.
    static func read(_ text: String) -> PictureSettings? {
        guard text.utf8.count <= PNGText.limit else { return nil }
        var lines = text.storable.split(omittingEmptySubsequences: false) { $0.isNewline }
        var values: [String: String] = [:]
        if let last = lines.lastIndex(where: { !$0.allSatisfy(\.isWhitespace) }) {
            let pairs = pairs(lines[last])
            // With fewer it is a line of the prompt that has a colon.
            if pairs.count >= fewestPairs {
                values = Dictionary(pairs) { first, _ in first }
                lines = Array(lines[..<last])
            }
        }
        var settings = PictureSettings(.automatic1111, raw: text)
        (settings.prompt, settings.negativePrompt) = prompts(lines)
        fill(&settings, values)
        return settings.prompt == nil && values.isEmpty ? nil : settings
    }

    private static func prompts(_ lines: [Substring]) -> (String?, String?) {
        let start = lines.firstIndex { $0.hasPrefix(negative) } ?? lines.count
        let ending = lines[start...].enumerated().map { $0 == 0 ? $1.dropFirst(negative.count) : $1 }
        return (joined(lines[..<start]), joined(ending[...]))
    }

    private static func joined(_ lines: ArraySlice<Substring>) -> String? {
        let text = lines.joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? nil : text
    }

    private static func fill(_ settings: inout PictureSettings, _ values: [String: String]) {
        settings.steps = values["Steps"].flatMap { Int($0) }
        settings.sampler = values["Sampler"]
        settings.guidance = values["CFG scale"].flatMap(decimal)
        settings.seed = values["Seed"].flatMap { Int64($0) }
        settings.model = values["Model"]
        let size = (values["Size"] ?? "").split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard size.count == 2, let width = size[0], let height = size[1] else { return }
        (settings.width, settings.height) = (width, height)
    }

    /// Digits with at most one point: `Decimal` would read the beginning of anything.
    private static func decimal(_ text: String) -> Decimal? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ (1...12).contains($0.utf8.count) }),
            text.utf8.allSatisfy({ $0 == 46 || (48...57).contains($0) })
        else { return nil }
        return Decimal(string: text, locale: Locale(identifier: "en_US_POSIX"))
    }

    /// `Key: value` with commas between. A value with a comma or a colon is a string of JSON.
    private static func pairs(_ line: Substring) -> [(String, String)] {
        var (pairs, rest): ([(String, String)], Substring) = ([], line)
        while pairs.count < mostPairs {
            rest = rest.drop { $0.isWhitespace || $0 == "," }
            guard let colon = rest.firstIndex(of: ":") else { break }
            let key = rest[..<colon]
            guard (1...60).contains(key.utf8.count), key.allSatisfy({ isPartOfKey($0) }) else { break }
            rest = rest[colon...].dropFirst().drop { $0 == " " }
            let value = rest.first == "\"" ? quoted(&rest) : plain(&rest)
            pairs.append((String(key), value))
        }
        return pairs
    }

    private static func isPartOfKey(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || [" ", "_", "-", "/"].contains(character)
    }

    private static func plain(_ rest: inout Substring) -> String {
        let value = rest.prefix { $0 != "," }
        rest = rest.dropFirst(value.count)
        return value.trimmingCharacters(in: .whitespaces)
    }

    private static func quoted(_ rest: inout Substring) -> String {
        var (end, isEscaped) = (rest.index(after: rest.startIndex), false)
        while end < rest.endIndex, isEscaped || rest[end] != "\"" {
            isEscaped = !isEscaped && rest[end] == "\\"
            end = rest.index(after: end)
        }
        guard end < rest.endIndex else { return plain(&rest) }
        let text = rest[...end]
        rest = rest[end...].dropFirst()
        return (try? JSON(parsing: String(text)))?.string ?? String(text.dropFirst().dropLast())
    }
}

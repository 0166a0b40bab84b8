/// A line that a model's runner printed.
package struct FalLogLine: Sendable, Hashable, Codable {
    package let message: String
    /// `STDERR`, `STDOUT`, `ERROR`, `INFO`, `WARN` or `DEBUG`; stored as text, for a new one must not break polling.
    package let level: String?
    package let source: String?
    /// RFC 3339, with milliseconds.
    package let timestamp: String?

    package init(_ message: String, level: String = "INFO", source: String = "USER", timestamp: String) {
        self.message = message
        self.level = level
        self.source = source
        self.timestamp = timestamp
    }

    /// A number from 0 to 100 that the line has, as in `Rendering 40%` or tqdm's `40%|####`; the whole part of one such
    /// as `99.5%`.
    package var percentage: Int? {
        guard let sign = message.lastIndex(of: "%") else { return nil }
        let before = message[..<sign]
        var digits = Self.digits(endOf: before)
        let rest = before[..<digits.startIndex]
        if rest.last == "." {
            let whole = Self.digits(endOf: rest.dropLast())
            if !whole.isEmpty { digits = whole }
        }
        guard let value = Int(digits), value <= 100 else { return nil }
        return value
    }

    private static func digits(endOf text: Substring) -> Substring {
        let last = text.lastIndex { !($0.isASCII && $0.isNumber) }
        return text[(last.map { text.index(after: $0) } ?? text.startIndex)...]
    }
}

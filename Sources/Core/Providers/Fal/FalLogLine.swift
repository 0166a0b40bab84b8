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

    /// A number from 0 to 100 that the line has, as in `Rendering 40%` or tqdm's `40%|####`.
    package var percentage: Int? {
        guard let sign = message.lastIndex(of: "%") else { return nil }
        let digits = message[..<sign].reversed().prefix { $0.isASCII && $0.isNumber }
        guard let value = Int(String(digits.reversed())), value <= 100 else { return nil }
        return value
    }
}

/// Lines of comma-separated values as RFC 4180 has them. A cell of words that a spreadsheet would take for a formula is
/// marked as text by an apostrophe.
struct CSV {
    enum Cell {
        case text(String)
        /// As it is to stand there. Digits of our own making.
        case number(String)
    }

    private var lines = ""

    init(_ columns: [String]) {
        add(columns.map { .text($0) })
    }

    mutating func add(_ cells: [Cell]) {
        lines += cells.map(CSV.written).joined(separator: ",") + "\r\n"
    }

    /// What has come together since the last time.
    mutating func take() -> String {
        defer { lines = "" }
        return lines
    }

    private static func written(_ cell: Cell) -> String {
        switch cell {
        case .number(let digits): digits
        case .text(let text): quoted(text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } == true ? "'" + text : text)
        }
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = !text.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
        return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

/// Lines of comma-separated values by RFC 4180. A cell of text that a spreadsheet would take for a formula is marked as
/// text by an apostrophe.
struct CSV {
    enum Cell {
        case text(String)
        /// Written as it is. Digits that this server made.
        case number(String)
    }

    private var lines = ""

    init(_ columns: [String]) {
        add(columns.map { .text($0) })
    }

    mutating func add(_ cells: [Cell]) {
        lines += cells.map(CSV.written).joined(separator: ",") + "\r\n"
    }

    /// Returns the lines that were added since the last call.
    mutating func take() -> String {
        defer { lines = "" }
        return lines
    }

    private static func written(_ cell: Cell) -> String {
        switch cell {
        case .number(let digits): digits
        case .text(let text): quoted(isFormula(text) ? "'" + text : text)
        }
    }

    private static func isFormula(_ text: String) -> Bool {
        text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = !text.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
        return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

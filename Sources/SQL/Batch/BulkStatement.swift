/// A statement about a varying number of rows: the text before them, one row, the text behind.
///
/// Made once, with a text for each of a few numbers of rows, so that an engine prepares a bounded number of them; other
/// numbers take two or three executions. In a row `$1`, `$2`, … are the row's own values. `shared` values come first,
/// and are `$1`, `$2`, … around the rows.
package struct BulkStatement: Sendable {
    /// Every size up to eight, since that is what most batches hold; larger ones so that a full batch takes one
    /// execution and any other two or three, even if each of its items has two rows.
    static let sizes = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 24, 32, 64]

    private let statements: [Int: Statement]

    package init(_ before: Statement, row: Statement, _ after: Statement = "", shared: Int = 0) {
        let row = RowTemplate(row.text(in: .postgres))
        statements = Dictionary(uniqueKeysWithValues: BulkStatement.sizes.map { size in
            let rows = (0..<size).map { row.text(after: shared + $0 * row.width) }.joined(separator: ", ")
            return (size, ("\(before) \(Statement(stringLiteral: rows)) \(after)" as Statement).writtenOut())
        })
    }

    /// The statements that together are about `count` rows, with how many each takes.
    func parts(for count: Int) -> [(statement: Statement, rows: Range<Int>)] {
        var parts: [(statement: Statement, rows: Range<Int>)] = []
        var start = 0
        while start < count, let size = BulkStatement.sizes.last(where: { $0 <= count - start }),
            let statement = statements[size] {
            parts.append((statement, start..<start + size))
            start += size
        }
        return parts
    }
}

/// One row as it is written, with its parameters numbered from 1.
private struct RowTemplate {
    private let pieces: [(text: Substring, parameter: Int?)]
    /// How many values a row has.
    let width: Int

    init(_ text: String) {
        var pieces: [(text: Substring, parameter: Int?)] = []
        for (index, piece) in text.split(separator: "$", omittingEmptySubsequences: false).enumerated() {
            guard index > 0 else {
                pieces.append((piece, nil))
                continue
            }
            let digits = piece.prefix { $0.isASCII && $0.isNumber }
            pieces.append((piece.dropFirst(digits.count), Int(digits)))
        }
        self.pieces = pieces
        width = pieces.compactMap(\.parameter).max() ?? 0
    }

    func text(after offset: Int) -> String {
        pieces.reduce(into: "") { text, piece in
            if let parameter = piece.parameter { text += "$\(offset + parameter)" }
            text += piece.text
        }
    }
}

extension Transaction {
    /// Writes all rows, in as few executions as the texts allow. As with `perform`, it waits for no response.
    package func perform(
        _ statement: BulkStatement, shared: [any SQLConvertible] = [], rows: [[any SQLConvertible]]
    ) throws(DatabaseError) {
        let shared = shared.map { $0.sqlValue }
        for part in statement.parts(for: rows.count) {
            try perform(part.statement, values: rows[part.rows].reduce(into: shared) { $0 += $1.map { $0.sqlValue } })
        }
    }

    /// Locks the rows that the statement names, in its order. It does not count as a change, so a closure may still
    /// refuse after it. If nobody else could hold the rows it does nothing.
    package func lock(_ statement: BulkStatement, rows: [[any SQLConvertible]]) throws(DatabaseError) {
        guard dialect.locksRows else { return }
        for part in statement.parts(for: rows.count) {
            try lock(part.statement, values: rows[part.rows].flatMap { $0.map { $0.sqlValue } })
        }
    }

    /// What the statement returns for all rows, in no order across its executions.
    package func query(
        _ statement: BulkStatement, shared: [any SQLConvertible] = [], rows: [[any SQLConvertible]]
    ) throws(DatabaseError) -> [Row] {
        let shared = shared.map { $0.sqlValue }
        var result: [Row] = []
        for part in statement.parts(for: rows.count) {
            result += try query(
                part.statement, values: rows[part.rows].reduce(into: shared) { $0 += $1.map { $0.sqlValue } })
        }
        return result
    }
}

/// A full-text index on a column that holds ready-made words, separated by blanks. A word is letters, marks and digits,
/// and is compared byte by byte.
///
/// SQLite has a table of FTS5 beside the rows' own, PostgreSQL an index of the expression below.
package struct WordIndex: Sendable, Hashable {
    private let table: String
    private let key: String
    private let words: String
    private let virtualTable: String

    /// - Parameters:
    ///   - table: The table with the words.
    ///   - key: Its integer key, which is the virtual table's row number too.
    ///   - words: The column with the words, in both tables.
    ///   - virtualTable: SQLite's.
    package init(table: String, key: String, words: String, virtualTable: String) {
        self.table = table
        self.key = key
        self.words = words
        self.virtualTable = virtualTable
    }

    /// PostgreSQL would else read the rows in the order of the key, to find a few of many, however few there are.
    func rows(with parameter: String, in dialect: Dialect) -> String {
        switch dialect {
        case .sqlite:
            "(SELECT rowid AS \(key) FROM \(virtualTable) WHERE \(virtualTable) MATCH \(parameter))"
        case .postgres:
            """
            (WITH matching AS MATERIALIZED (
                SELECT \(key) FROM \(table) WHERE \(condition(with: parameter, in: dialect))
            ) SELECT \(key) FROM matching)
            """
        }
    }

    func condition(with parameter: String, in dialect: Dialect) -> String {
        switch dialect {
        case .sqlite: "\(key) IN \(rows(with: parameter, in: dialect))"
        case .postgres: "array_to_tsvector(string_to_array(\(words), ' ')) @@ CAST(\(parameter) AS tsquery)"
        }
    }
}

extension Dialect {
    /// Whether a full-text index returns rows in the order of their keys, so that the first of many cost no more than
    /// they are. PostgreSQL's collects all before the first.
    package var findsWordsInOrder: Bool { self == .sqlite }

    /// A query for the rows that have, for each of these, a word that begins with it.
    ///
    /// - Parameter beginnings: At least one; letters, marks and digits only.
    package func wordQuery(_ beginnings: [String]) -> String {
        switch self {
        case .sqlite: beginnings.map { "\"\($0)\"*" }.joined(separator: " AND ")
        case .postgres: beginnings.map { "'\($0)':*" }.joined(separator: " & ")
        }
    }
}

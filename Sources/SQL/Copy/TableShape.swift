/// A table as PostgreSQL describes it: enough to copy its rows from another database.
struct TableShape: Sendable, Equatable {
    let name: String
    let columns: [String]
    /// The primary key's columns, in its order.
    let key: [String]
    /// A column that references other rows of the same table, filled once all of them are there.
    var ownReference: String?

    /// A page of rows behind the one whose key is given as `$1 …`, in the key's order.
    func page(of size: Int, isFirst: Bool) -> Statement {
        let parameters = key.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let rest = isFirst ? "" : " WHERE (\(list(key))) > (\(parameters))"
        return Statement(
            stringLiteral: "SELECT \(list(columns)) FROM \(quoted(name))\(rest) ORDER BY \(list(key)) LIMIT \(size)")
    }

    var insert: Statement {
        let parameters = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        return Statement(stringLiteral: "INSERT INTO \(quoted(name)) (\(list(columns))) VALUES (\(parameters))")
    }

    /// `$1` is the referenced row, the key follows.
    func fill(_ reference: String) -> Statement {
        let condition = key.enumerated().map { "\(quoted($1)) = $\($0 + 2)" }.joined(separator: " AND ")
        return Statement(stringLiteral: "UPDATE \(quoted(name)) SET \(quoted(reference)) = $1 WHERE \(condition)")
    }

    var count: Statement { Statement(stringLiteral: "SELECT COUNT(*) AS count FROM \(quoted(name))") }
    var anyRow: Statement { Statement(stringLiteral: "SELECT 1 AS one FROM \(quoted(name)) LIMIT 1") }
    var delete: Statement { Statement(stringLiteral: "DELETE FROM \(quoted(name))") }

    func place(of column: String) -> Int? { columns.firstIndex(of: column) }

    func keyValues(of row: [SQLValue]) -> [SQLValue] { key.compactMap(place).map { row[$0] } }

    private func list(_ names: [String]) -> String { names.map(quoted).joined(separator: ", ") }

    /// Names are those of our own migrations, but are quoted nevertheless.
    private func quoted(_ name: String) -> String { "\"" + name.replacing("\"", with: "\"\"") + "\"" }
}

extension TableShape {
    /// A foreign key, from the table that has it.
    struct Reference: Sendable {
        let child: String
        let parent: String
        let column: String
        /// Checked when the transaction ends.
        let isDeferred: Bool
    }

    /// Orders the tables so that every row finds the rows that it references. A deferred reference was made for rows
    /// that come before those they reference, as a ledger's entries come before their transaction, whose insertion
    /// closes them.
    static func inOrder(_ tables: [TableShape], _ references: [Reference]) -> [TableShape] {
        var left = tables
        for index in left.indices {
            left[index].ownReference =
                references.first { $0.child == left[index].name && $0.parent == $0.child }?.column
        }
        let before = references.filter { $0.child != $0.parent }
            .map { $0.isDeferred ? (first: $0.child, second: $0.parent) : (first: $0.parent, second: $0.child) }
        var ordered: [TableShape] = []
        while !left.isEmpty {
            let names = Set(left.map(\.name))
            // A cycle would leave no table; then the first is used, and PostgreSQL reports what is wrong.
            let next = left.firstIndex { table in
                !before.contains { $0.second == table.name && names.contains($0.first) }
            } ?? 0
            ordered.append(left.remove(at: next))
        }
        return ordered
    }
}

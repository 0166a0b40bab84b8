/// The two engines. Every difference between their SQL is a `Fragment`; nothing outside this file asks which engine it
/// is.
package enum Dialect: Sendable, Hashable {
    case sqlite
    case postgres

    /// Parameters are written `$1`, `$2` in a statement. SQLite would number `$2 … $1` by first appearance, so there
    /// they become `?2` and `?1`, which it numbers as written.
    func parameters(in text: String) -> String {
        switch self {
        case .postgres:
            return text
        case .sqlite:
            var bytes = Array(text.utf8)
            for index in bytes.indices.dropLast() where bytes[index] == UInt8(ascii: "$") {
                if (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(bytes[index + 1]) {
                    bytes[index] = UInt8(ascii: "?")
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Whether anybody else could hold a row: SQLite has one writer.
    var locksRows: Bool { self == .postgres }

    /// Returns a row if there is a table of the name `$1`.
    var tableExists: Statement {
        switch self {
        case .sqlite: "SELECT 1 AS one FROM sqlite_schema WHERE type = 'table' AND name = $1"
        case .postgres: "SELECT 1 AS one FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1"
        }
    }

    /// How only one process at a time changes the schema. Nil if beginning to write is lock enough.
    var schemaLock: (bounds: Statement, take: Statement, await: Statement)? {
        switch self {
        case .sqlite:
            nil
        case .postgres: (
            bounds: "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '15min', true)",
            take: """
                SELECT pg_try_advisory_xact_lock(hashtextextended('darkroom schema ' || current_schema(),
                    0))::int AS taken
                """,
            await: "SELECT pg_advisory_xact_lock(hashtextextended('darkroom schema ' || current_schema(), 0))"
        )
        }
    }

    /// Migrations name types, table options and orders in braces where the engines differ.
    func expandingTypes(in text: String) -> String {
        var result = text
        for (name, sqlite, postgres) in [
            ("{text}", "TEXT", "TEXT COLLATE \"C\""),
            ("{integer}", "INTEGER", "BIGINT"),
            ("{bytes}", "BLOB", "BYTEA"),
            ("{strict}", "STRICT", ""),
            ("{keyed}", "STRICT, WITHOUT ROWID", ""),
            ("{newest first}", "DESC", "DESC NULLS LAST"),
        ] {
            result = result.split(separator: name, omittingEmptySubsequences: false)
                .joined(separator: self == .sqlite ? sqlite : postgres)
        }
        return result
    }
}

/// A piece of SQL that the engines spell differently: the only thing a `Statement` can interpolate.
package enum Fragment: Sendable, Hashable {
    /// Locks the selected rows and skips those that another node has locked. SQLite has one writer and needs neither.
    case skipLocked
    /// Locks the rows of the named table until the transaction ends, against other writers. Rows elsewhere may still
    /// reference them: keys never change.
    case forUpdate(of: String)
    /// The text of a member of a column's JSON, by its path; NULL if there is none.
    case member(String, [String])
    /// The keys of all rows that have the words of a parameter, made by `wordQuery`, as a table.
    case rowsWithWords(WordIndex, String)
    /// Whether the row at hand has them.
    case hasWords(WordIndex, String)

    func text(in dialect: Dialect) -> String {
        switch (self, dialect) {
        case (.skipLocked, .sqlite), (.forUpdate, .sqlite): ""
        case (.skipLocked, .postgres): "FOR NO KEY UPDATE SKIP LOCKED"
        case (.forUpdate(let table), .postgres): "FOR NO KEY UPDATE OF \(table)"
        case (.member(let column, let path), .sqlite):
            "CAST(json_extract(\(column), '$.\(path.joined(separator: "."))') AS TEXT)"
        // PostgreSQL reads no JSON with a NUL in it, wherever that is.
        case (.member(let column, let path), .postgres):
            "(replace(\(column), '\\u0000', '\\ufffd')::json #>> '{\(path.joined(separator: ","))}')"
        case (.rowsWithWords(let index, let parameter), _): index.rows(with: parameter, in: dialect)
        case (.hasWords(let index, let parameter), _): index.condition(with: parameter, in: dialect)
        }
    }
}

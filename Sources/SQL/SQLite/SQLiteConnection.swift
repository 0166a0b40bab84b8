import Foundation
import GRDB

struct SQLiteConnection: WriteConnection {
    private let database: GRDB.Database
    private let statements: SQLiteStatements?

    /// - Parameter statements: The connection's own.
    init(_ database: GRDB.Database, _ statements: SQLiteStatements? = nil) {
        self.database = database
        self.statements = statements
    }

    var dialect: Dialect { .sqlite }

    func begin() throws(DatabaseError) {
        try mapped { try database.execute(sql: "BEGIN IMMEDIATE") }
    }

    func commit() throws(DatabaseError) {
        try mapped { try database.execute(sql: "COMMIT") }
    }

    func rollBack() {
        // Some errors roll back by themselves; then there is nothing left to do.
        guard database.isInsideTransaction else { return }
        do { try database.execute(sql: "ROLLBACK") } catch {
            preconditionFailure("SQLite could not roll back: \(error)")
        }
    }

    /// There is one writer, so there is nothing to wait for.
    func pause(_ attempt: Int) {}

    func run(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) -> StatementOutcome {
        let text = statement.text(in: .sqlite)
        for value in values { try value.checkText() }
        do {
            let known = try statements?.prepared(statement, in: database)
            let prepared = try known?.statement ?? database.cachedStatement(sql: Dialect.sqlite.parameters(in: text))
            // Checked: SQLite treats a missing value as NULL, while PostgreSQL refuses it.
            try prepared.setArguments(StatementArguments(values.map { $0.databaseValue }))
            if prepared.columnCount == 0 {
                try prepared.execute()
                return StatementOutcome(rows: [], changes: database.changesCount, isWrite: !prepared.isReadonly)
            }
            let columns = known?.columns ?? Row.Columns(prepared.columnNames)
            let cursor = try GRDB.Row.fetchCursor(prepared)
            var rows: [Row] = []
            while let row = try cursor.next() {
                rows.append(Row(columns, row.databaseValues.map(SQLValue.init)))
            }
            return StatementOutcome(
                rows: rows, changes: prepared.isReadonly ? 0 : database.changesCount, isWrite: !prepared.isReadonly)
        } catch {
            statements?.forget(statement)
            throw DatabaseError(error, statement: text)
        }
    }

    func runScript(_ text: String) throws(DatabaseError) {
        try mapped { try database.execute(sql: text) }
    }

    private func mapped(_ body: () throws -> Void) throws(DatabaseError) {
        do { try body() } catch { throw DatabaseError(error) }
    }
}

extension SQLValue {
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let integer): integer.databaseValue
        case .text(let text): text.databaseValue
        case .bytes(let bytes): Data(bytes).databaseValue
        }
    }

    fileprivate init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let integer): self = .integer(integer)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .bytes([UInt8](data))
        // No column holds one, and averages are computed in integers.
        case .double(let double): self = .integer(Int64(double))
        }
    }
}

extension DatabaseError {
    init(_ error: any Error, statement: String? = nil) {
        guard let error = error as? GRDB.DatabaseError else {
            self = error as? DatabaseError ?? DatabaseError(.other, String(describing: error), statement: statement)
            return
        }
        let kind: Kind =
            switch error.extendedResultCode {
            case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY: .unique
            case .SQLITE_CONSTRAINT_FOREIGNKEY: .foreignKey
            case .SQLITE_CONSTRAINT_CHECK: .check
            case .SQLITE_CONSTRAINT_NOTNULL: .notNull
            case .SQLITE_CONSTRAINT_TRIGGER: .trigger
            default:
                switch error.resultCode {
                case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
                case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY: .full
                case .SQLITE_CANTOPEN, .SQLITE_NOTADB, .SQLITE_CORRUPT: .unavailable
                default: .other
                }
            }
        self.init(kind, error.message ?? error.description, statement: statement)
    }
}

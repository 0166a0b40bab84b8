/// The statements of one feature, under a name of their own on the transaction: `transaction.jobs.end(…)`.
///
/// A feature declares a struct, and a property of `Transaction` that makes it:
///
///     package struct JobStatements: StatementGroup { … }
///     extension Transaction { package var jobs: JobStatements { JobStatements(self) } }
package protocol StatementGroup {
    var transaction: Transaction { get }

    init(_ transaction: Transaction)
}

extension StatementGroup {
    package var dialect: Dialect { transaction.dialect }

    @discardableResult
    package func query(_ statement: Statement, _ arguments: any SQLConvertible...) throws(DatabaseError) -> [Row] {
        try transaction.query(statement, values: arguments.map { $0.sqlValue })
    }

    /// The first row, for statements that return one or none.
    package func queryOne(_ statement: Statement, _ arguments: any SQLConvertible...) throws(DatabaseError) -> Row? {
        try transaction.query(statement, values: arguments.map { $0.sqlValue }).first
    }

    /// Returns how many rows the statement changed.
    @discardableResult
    package func execute(_ statement: Statement, _ arguments: any SQLConvertible...) throws(DatabaseError) -> Int {
        try transaction.execute(statement, values: arguments.map { $0.sqlValue })
    }

    /// As `Transaction.perform`: a failure may show at a later call, the commit at the latest.
    package func perform(_ statement: Statement, _ arguments: any SQLConvertible...) throws(DatabaseError) {
        try transaction.perform(statement, values: arguments.map { $0.sqlValue })
    }

    package func perform(_ statement: Statement, values: [SQLValue]) throws(DatabaseError) {
        try transaction.perform(statement, values: values)
    }

    @discardableResult
    package func query(_ statement: Statement, values: [SQLValue]) throws(DatabaseError) -> [Row] {
        try transaction.query(statement, values: values)
    }

    package func perform(
        _ statement: BulkStatement, shared: [any SQLConvertible] = [], rows: [[any SQLConvertible]]
    ) throws(DatabaseError) {
        try transaction.perform(statement, shared: shared, rows: rows)
    }

    package func query(
        _ statement: BulkStatement, shared: [any SQLConvertible] = [], rows: [[any SQLConvertible]]
    ) throws(DatabaseError) -> [Row] {
        try transaction.query(statement, shared: shared, rows: rows)
    }

    package func lock(_ statement: BulkStatement, rows: [[any SQLConvertible]]) throws(DatabaseError) {
        try transaction.lock(statement, rows: rows)
    }
}

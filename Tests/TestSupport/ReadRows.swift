package import SQL
import Synchronization

/// Notes how much each statement reads when it runs: on PostgreSQL rows, of tables and of indexes, and on SQLite steps
/// of its virtual machine, of which a row takes about a hundred. What a full-text index reads of its own is not in it.
package final class ReadRows: Sendable {
    private let noted = Mutex<[(statement: String, count: Int)]>([])

    package init() {}

    /// In the order in which they ran.
    package var statements: [(statement: String, count: Int)] { noted.withLock { $0 } }

    package func forget() { noted.withLock { $0 = [] } }

    package func wrap(_ engine: any Engine) -> any Engine { ReadRowsEngine(engine: engine, read: self) }

    fileprivate func note(_ statement: String, _ count: Int) { noted.withLock { $0.append((statement, count)) } }
}

private struct ReadRowsEngine: Engine {
    let engine: any Engine
    let read: ReadRows

    var dialect: Dialect { engine.dialect }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let read = read
        return try await engine.read {
            try body(Transaction(ReadRowsConnection(connection: $0.connection, read: read)))
        }
    }

    func write(_ pending: PendingWrite) { engine.write(pending) }
    func version() async throws -> String { try await engine.version() }
    func close() async { await engine.close() }
}

private struct ReadRowsConnection: Connection {
    let connection: any Connection
    let read: ReadRows

    var dialect: Dialect { connection.dialect }

    func run(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) -> StatementOutcome {
        let text = statement.text(in: dialect)
        switch dialect {
        case .sqlite:
            let before = try steps()
            let outcome = try connection.run(statement, values)
            read.note(text, try steps() - before)
            return outcome
        case .postgres:
            let plan = try connection.run(
                Statement(stringLiteral: "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) " + text), values)
            let lines = try plan.rows.map { row throws(DatabaseError) in try row.get("QUERY PLAN", as: String.self) }
            read.note(text, lines.reduce(0) { $0 + Self.rows($1) })
            return try connection.run(statement, values)
        }
    }

    func runScript(_ text: String) throws(DatabaseError) { try connection.runScript(text) }

    /// Of all statements that the connection has.
    private func steps() throws(DatabaseError) -> Int {
        let row = try connection.run(
            "SELECT CAST(SUM(nstep) AS INTEGER) AS steps FROM sqlite_stmt WHERE sql NOT LIKE '%sqlite_stmt%'", [])
            .rows.first
        return try row?.get("steps", as: Int?.self) ?? 0
    }

    /// Of a line such as `->  Index Scan using a on b (actual rows=21 loops=1)`, or of one below it about what the scan
    /// read in vain. A bitmap of an index is no rows.
    private static func rows(_ line: String) -> Int {
        if line.contains("Rows Removed by ") {
            return line.split(separator: ": ").last.flatMap { Int($0) } ?? 0
        }
        guard line.contains(" Scan"), !line.contains("Bitmap Index Scan"), !line.contains("Subquery Scan"),
            !line.contains("CTE Scan"), let actual = line.split(separator: "(actual rows=").last,
            line.contains("(actual rows=")
        else { return 0 }
        let numbers = actual.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
        return numbers.count == 2 ? numbers[0] * numbers[1] : 0
    }
}

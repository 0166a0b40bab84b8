package import SQL
import Synchronization

/// Notes the statements that run, in their order.
package final class Counting: Sendable {
    private let noted = Mutex<[String]>([])

    package init() {}

    package var statements: [String] { noted.withLock { $0 } }

    package func forget() { noted.withLock { $0 = [] } }

    package func wrap(_ engine: any Engine) -> any Engine { CountingEngine(engine: engine, counting: self) }

    fileprivate func note(_ statement: Statement) {
        noted.withLock { $0.append(statement.text(in: .postgres)) }
    }
}

private struct CountingEngine: Engine {
    let engine: any Engine
    let counting: Counting

    var dialect: Dialect { engine.dialect }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let counting = counting
        return try await engine.read { try body(Transaction(CountingConnection(transaction: $0, counting: counting))) }
    }

    func write(_ pending: PendingWrite) {
        let counting = counting
        engine.write(pending.wrapped { Transaction(CountingConnection(transaction: $0, counting: counting)) })
    }

    func version() async throws -> String { try await engine.version() }
    func close() async { await engine.close() }
}

private struct CountingConnection: Connection {
    let transaction: Transaction
    let counting: Counting

    var dialect: Dialect { transaction.dialect }

    func run(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) -> StatementOutcome {
        counting.note(statement)
        let before = transaction.writes
        let rows = try transaction.query(statement, values: values)
        // How many rows it changed is unknown here; that it changed some is known.
        let isWrite = transaction.writes > before
        return StatementOutcome(rows: rows, changes: isWrite ? 1 : 0, isWrite: isWrite)
    }

    func perform(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) {
        counting.note(statement)
        try transaction.perform(statement, values: values)
    }

    func runScript(_ text: String) throws(DatabaseError) { try transaction.runScript(text) }
}

package import SQL
import Synchronization

/// Notes the engine's plan of each statement before it runs it.
package final class Explaining: Sendable {
    /// A statement's beginning, and the steps of its plan.
    package struct Plan: Sendable {
        package let statement: String
        package let steps: [String]
    }

    private let noted = Mutex<[String: Plan]>([:])

    package init() {}

    /// One per statement, whatever its values.
    package var plans: [Plan] { noted.withLock { Array($0.values) } }

    /// The plan of the statement that begins, or continues, like this.
    package func plan(_ part: String) -> [String] {
        plans.first { $0.statement.contains(part) }?.steps ?? []
    }

    fileprivate func note(_ text: String, _ steps: [String]) {
        noted.withLock { $0[text] = Plan(statement: text, steps: steps) }
    }
}

extension Explaining {
    package func wrap(_ engine: any Engine) -> any Engine { ExplainingEngine(engine: engine, explaining: self) }
}

private struct ExplainingEngine: Engine {
    let engine: any Engine
    let explaining: Explaining

    var dialect: Dialect { engine.dialect }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let explaining = explaining
        return try await engine.read {
            try body(Transaction(ExplainingConnection(connection: $0.connection, explaining: explaining)))
        }
    }

    func write(_ pending: PendingWrite) {
        let explaining = explaining
        engine.write(
            pending.wrapped { Transaction(ExplainingConnection(connection: $0.connection, explaining: explaining)) })
    }

    func version() async throws -> String { try await engine.version() }
    func close() async { await engine.close() }
}

private struct ExplainingConnection: Connection {
    let connection: any Connection
    let explaining: Explaining

    var dialect: Dialect { connection.dialect }

    func run(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) -> StatementOutcome {
        let text = statement.text(in: dialect)
        explaining.note(text, try steps(text, values))
        return try connection.run(statement, values)
    }

    func runScript(_ text: String) throws(DatabaseError) { try connection.runScript(text) }

    private func steps(_ text: String, _ values: [SQLValue]) throws(DatabaseError) -> [String] {
        switch dialect {
        case .sqlite:
            return try texts("EXPLAIN QUERY PLAN " + text, values, in: "detail")
        case .postgres:
            let custom = try texts("EXPLAIN (COSTS OFF) " + text, values, in: "QUERY PLAN")
            return try custom + generic(text, values)
        }
    }

    /// The plan for any values, which PostgreSQL may choose for a statement that it has run a few times.
    private func generic(_ text: String, _ values: [SQLValue]) throws(DatabaseError) -> [String] {
        try connection.runScript("SET LOCAL plan_cache_mode = force_generic_plan; PREPARE explained AS \(text)")
        let list = values.isEmpty ? "" : "(" + values.map(\.literal).joined(separator: ", ") + ")"
        let steps = try texts("EXPLAIN (COSTS OFF) EXECUTE explained\(list)", [], in: "QUERY PLAN")
        try connection.runScript("DEALLOCATE explained; SET LOCAL plan_cache_mode = auto")
        return steps
    }

    private func texts(_ statement: String, _ values: [SQLValue], in column: String) throws(DatabaseError) -> [String] {
        try connection.run(Statement(stringLiteral: statement), values).rows.map { row throws(DatabaseError) in
            try row.get(column)
        }
    }
}

extension SQLValue {
    /// The literal as PostgreSQL writes it.
    fileprivate var literal: String {
        switch self {
        case .null: "NULL"
        case .integer(let integer): String(integer)
        case .text(let text): "'" + text.replacing("'", with: "''") + "'"
        case .bytes(let bytes):
            "'\\x" + bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "'"
        }
    }
}

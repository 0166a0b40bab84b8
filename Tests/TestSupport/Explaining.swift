@testable package import SQL
import Synchronization

/// Notes how SQLite means to run each statement before it runs it.
package final class Explaining: Sendable {
    /// A statement's beginning, and the steps of its plan.
    package struct Plan: Sendable {
        package let statement: String
        package let steps: [String]
    }

    private let noted = Mutex<[String: Plan]>([:])

    package init() {}

    /// One a statement, whatever its values.
    package var plans: [Plan] { noted.withLock { Array($0.values) } }

    /// The plan of the statement that begins, or goes on, like this.
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
        return try await engine.read { try body(Transaction(ExplainingConnection(transaction: $0, explaining: explaining))) }
    }

    func write(_ pending: PendingWrite) {
        let explaining = explaining
        engine.write(pending.wrapped { Transaction(ExplainingConnection(transaction: $0, explaining: explaining)) })
    }

    func version() async throws -> String { try await engine.version() }
    func close() async { await engine.close() }
}

/// Runs statements with their values written out, as a plan needs none and a transaction takes no list of them.
private struct ExplainingConnection: Connection {
    let transaction: Transaction
    let explaining: Explaining

    var dialect: Dialect { .sqlite }

    func run(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) -> StatementOutcome {
        let text = statement.text(in: .sqlite)
        var written = text
        for (index, value) in values.enumerated().reversed() {
            written = written.split(separator: "$\(index + 1)", omittingEmptySubsequences: false).joined(separator: value.literal)
        }
        let steps = try transaction.query(Statement(stringLiteral: "EXPLAIN QUERY PLAN " + written))
            .map { row throws(DatabaseError) in try row.get("detail", as: String.self) }
        explaining.note(text, steps)

        let before = transaction.writes
        let rows = try transaction.query(Statement(stringLiteral: written))
        let changes = try transaction.queryOne("SELECT changes() AS count")?.get("count", as: Int.self) ?? 0
        let isWrite = transaction.writes > before
        return StatementOutcome(rows: rows, changes: isWrite ? changes : 0, isWrite: isWrite)
    }

    func runScript(_ text: String) throws(DatabaseError) { try transaction.runScript(text) }
}

extension SQLValue {
    fileprivate var literal: String {
        switch self {
        case .null: "NULL"
        case .integer(let integer): String(integer)
        case .text(let text): "'" + text.replacing("'", with: "''") + "'"
        case .bytes(let bytes): "x'" + bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "'"
        }
    }
}

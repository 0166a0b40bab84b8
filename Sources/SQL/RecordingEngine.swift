import Synchronization

/// A statement that ran, with the values it ran with.
package struct RecordedStatement: Sendable, Hashable {
    package let statement: Statement
    package let values: [SQLValue]
    /// Whether its result was awaited.
    package let isAwaited: Bool
}

/// What ran in a period.
package struct Recording: Sendable {
    package fileprivate(set) var statements: [RecordedStatement] = []
    /// Transactions that may have changed something.
    package fileprivate(set) var commits = 0

    /// Results that were awaited, if the database is another process.
    package var roundTrips: Int { statements.count(where: \.isAwaited) + commits }
}

/// Wraps an engine and records its statements, so that a benchmark can run exactly the statements of the product
/// without the product around them. Each write has a transaction of its own here, so that the cost of each can be
/// measured.
package final class RecordingEngine: Engine {
    private let engine: any Engine
    private let log = StatementLog()

    package var dialect: Dialect { engine.dialect }

    package init(_ engine: any Engine) {
        self.engine = engine
    }

    /// What ran since the last call of this.
    package func take() -> Recording {
        log.take()
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await engine.read { [log] in
            try body(Transaction(RecordingConnection(connection: $0.connection, log: log)))
        }
    }

    package func write(_ pending: PendingWrite) {
        log.addCommit()
        engine.write(PendingWrite(order: .alone) { [log] transaction -> @Sendable () -> Void in
            switch pending.run(Transaction(RecordingConnection(connection: transaction.connection, log: log))) {
            case .kept(let deliver): return deliver
            // As the database's own error, so that it is rolled back.
            case .broken(let error): throw error as? DatabaseError ?? DatabaseError(.other, "\(error)")
            }
        } deliver: { result in
            switch result {
            case .success(let deliver): deliver()
            case .failure(let error): pending.fail(error)
            }
        })
    }

    package func version() async throws -> String { try await engine.version() }
    package func close() async { await engine.close() }
}

private final class StatementLog: Sendable {
    private let recording = Mutex(Recording())

    func add(_ statement: RecordedStatement) {
        recording.withLock { $0.statements.append(statement) }
    }

    func addCommit() {
        recording.withLock { $0.commits += 1 }
    }

    func take() -> Recording {
        recording.withLock { recording in
            defer { recording = Recording() }
            return recording
        }
    }
}

private struct RecordingConnection: Connection {
    let connection: any Connection
    let log: StatementLog

    var dialect: Dialect { connection.dialect }

    func run(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) -> StatementOutcome {
        log.add(RecordedStatement(statement: statement, values: values, isAwaited: true))
        return try connection.run(statement, values)
    }

    func perform(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) {
        log.add(RecordedStatement(statement: statement, values: values, isAwaited: false))
        try connection.perform(statement, values)
    }

    func runScript(_ text: String) throws(DatabaseError) {
        try connection.runScript(text)
    }
}

import SQL
import Synchronization

/// A statement that ran, with the values it ran with.
struct RecordedStatement: Sendable, Hashable {
    let statement: Statement
    let values: [SQLValue]
    /// Whether the caller waited for its result.
    let isAwaited: Bool
}

/// What ran in some time.
struct Recording: Sendable {
    fileprivate(set) var statements: [RecordedStatement] = []
    /// Transactions that may have changed something.
    fileprivate(set) var commits = 0

    /// Results that the caller waited for, if the database is another process.
    var roundTrips: Int { statements.count(where: \.isAwaited) + commits }
}

/// Wraps an engine and records its statements, so that a benchmark can run the very statements of the product without
/// the product around them. Each write has a transaction of its own here, so that its cost can be measured by itself.
final class RecordingEngine: Engine {
    private let engine: any Engine
    private let log = StatementLog()

    var dialect: Dialect { engine.dialect }

    init(_ engine: any Engine) {
        self.engine = engine
    }

    /// What ran since the last call of this.
    func take() -> Recording {
        log.take()
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        try await engine.read { [log] in
            try body(Transaction(RecordingConnection(connection: $0.connection, log: log)))
        }
    }

    func write(_ pending: PendingWrite) {
        log.addCommit()
        engine.write(PendingWrite(order: .alone) { [log] transaction -> @Sendable () -> Void in
            switch pending.run(Transaction(RecordingConnection(connection: transaction.connection, log: log))) {
            case .done(let deliver): return deliver
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

    func version() async throws -> String { try await engine.version() }
    func close() async { await engine.close() }
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

import GRDB
import Synchronization

/// Connections for reads that run on the caller's thread. They are separate from the pool's: a read through the pool
/// needs a thread to return its connection, and would wait forever if all threads were waiting for a connection. Of
/// these, each is held by a thread that runs.
final class SQLiteInlineReaders: Sendable {
    private let connections: [(queue: DatabaseQueue, statements: SQLiteStatements)]
    private let turn = Atomic(0)

    /// - Parameter path: The path of a database that is open already, so that its write-ahead log is there.
    init(path: String, count: Int, _ configuration: GRDB.Configuration) throws {
        var configuration = configuration
        configuration.readonly = true
        connections = try (0..<count).map { _ in
            (try DatabaseQueue(path: path, configuration: configuration), SQLiteStatements())
        }
    }

    /// A view of one instant, as any read.
    func read<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
        let turn = turn.wrappingAdd(1, ordering: .relaxed).oldValue
        let (queue, statements) = connections[abs(turn % connections.count)]
        return try queue.read { try body(Transaction(SQLiteConnection($0, statements))) }
    }

    func close() {
        for connection in connections { try? connection.queue.close() }
    }
}

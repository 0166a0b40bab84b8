import Dispatch
import Synchronization

/// PostgreSQL through libpq: a few connections that write, each sharing its transactions among the waiting closures,
/// and a few that read. Each has a thread of its own, since libpq blocks.
package final class PostgresEngine: Engine {
    private let writers: PostgresPool
    private let readers: PostgresPool
    private let queue: WriteQueue
    private let isClosed = Mutex(false)
    private let signals: PostgresSignals

    package var dialect: Dialect { .postgres }

    /// - Parameter url: As libpq takes it: `postgresql://user@host/database?sslmode=verify-full`.
    package init(url: String, writers: Int = 4, readers: Int = 4) throws(DatabaseError) {
        let reach = PostgresReach()
        self.writers = PostgresPool(url: url, count: writers, isReadOnly: false, reach: reach)
        self.readers = PostgresPool(url: url, count: readers, isReadOnly: true, reach: reach)
        queue = WriteQueue(drainers: writers)
        signals = PostgresSignals(url: url)
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        if isClosed.withLock({ $0 }) { throw DatabaseError(.unavailable, "the database is closed") }
        return try await withCheckedThrowingContinuation { continuation in
            readers.use { connection in
                continuation.resume(with: Result { try PostgresEngine.read(body, on: connection) })
            }
        }
    }

    /// Reads again after a conflict, which occurs if a table that it reads was changed and the server refused the old
    /// plan; and if the connection broke, since the server may be available again.
    private static func read<Value>(
        _ body: (Transaction) throws -> Value, on connection: PostgresConnection
    ) throws -> Value {
        do {
            return try readOnce(body, on: connection)
        } catch let first as DatabaseError where first.kind == .conflict || first.kind == .unavailable {
            do {
                return try readOnce(body, on: connection)
            } catch let second as DatabaseError where second.kind == .unavailable {
                // The first error says why.
                throw first
            }
        }
    }

    private static func readOnce<Value>(
        _ body: (Transaction) throws -> Value, on connection: PostgresConnection
    ) throws -> Value {
        try connection.begin()
        do {
            let value = try body(Transaction(connection))
            try connection.commit()
            return value
        } catch {
            connection.rollBack()
            throw error
        }
    }

    package func write(_ pending: PendingWrite) {
        guard queue.add(pending) else { return }
        writers.use { [queue] connection in
            var batch = queue.next()
            while !batch.isEmpty {
                connection.perform(batch)
                batch = queue.next(after: batch)
            }
        }
    }

    /// By a notification, which PostgreSQL pushes: there is nothing to poll, so `isWanted` does not matter.
    package func listen(
        while isWanted: @escaping @Sendable () -> Bool, _ receive: @escaping @Sendable (DatabaseNotification) -> Void
    ) {
        signals.start(receive)
    }

    package func notify(_ payload: String) {
        signals.notify(payload)
    }

    package func version() async throws -> String {
        try await read {
            "PostgreSQL "
                + (try $0.queryOne("SELECT current_setting('server_version') AS version")?.get("version") ?? "?")
        }
    }

    package func close() async {
        queue.close()
        isClosed.withLock { $0 = true }
        signals.close()
        await writers.close()
        await readers.close()
    }
}

/// Connections, each with a thread; work goes to an idle one, or waits for one.
final class PostgresPool: Sendable {
    /// A connection that never leaves its own serial queue.
    private final class Lane: @unchecked Sendable {
        let queue: DispatchQueue
        let connection: PostgresConnection

        init(_ connection: PostgresConnection, _ number: Int) {
            self.connection = connection
            queue = DispatchQueue(label: "darkroom.postgres.\(number)")
        }
    }

    private struct State {
        var idle: [Lane]
        var waiting = Line<@Sendable (PostgresConnection) -> Void>()
    }

    private let all: [Lane]
    private let state: Mutex<State>

    init(url: String, count: Int, isReadOnly: Bool, reach: PostgresReach) {
        all = (0..<count).map { Lane(PostgresConnection(url: url, isReadOnly: isReadOnly, reach: reach), $0) }
        state = Mutex(State(idle: all))
    }

    func use(_ body: @escaping @Sendable (PostgresConnection) -> Void) {
        let lane = state.withLock { state -> Lane? in
            if let lane = state.idle.popLast() { return lane }
            state.waiting.add(body)
            return nil
        }
        guard let lane else { return }
        lane.queue.async { self.work(lane, body) }
    }

    private func work(_ lane: Lane, _ first: @Sendable (PostgresConnection) -> Void) {
        first(lane.connection)
        while let next = next(for: lane) { next(lane.connection) }
    }

    private func next(for lane: Lane) -> (@Sendable (PostgresConnection) -> Void)? {
        state.withLock { state in
            if let next = state.waiting.take(1).first { return next }
            state.idle.append(lane)
            return nil
        }
    }

    func close() async {
        for lane in all {
            await withCheckedContinuation { continuation in
                lane.queue.async {
                    lane.connection.close()
                    continuation.resume()
                }
            }
        }
    }
}

import Foundation

/// One connection to PostgreSQL. It blocks, so it belongs to one thread at a time, which `PostgresPool` ensures.
///
/// A write's BEGIN is sent with its first statement and its COMMIT with its last ones. A read has neither: everything
/// before one synchronization point is one transaction, and a reader's is read-only and sees one instant.
final class PostgresConnection: WriteConnection {
    private let url: String
    private let isReadOnly: Bool
    private var pipeline: PostgresPipeline?
    private var isBegun = false
    /// What went wrong in the open transaction: nothing more is done in it, and it cannot be committed.
    private var failure: DatabaseError?
    private let reach: PostgresReach

    init(url: String, isReadOnly: Bool, reach: PostgresReach = PostgresReach()) {
        self.url = url
        self.isReadOnly = isReadOnly
        self.reach = reach
    }

    var dialect: Dialect { .postgres }

    /// How often a response was awaited since the connection was made.
    var roundTrips: Int { pipeline?.roundTrips ?? 0 }

    func begin() throws(DatabaseError) {
        failure = nil
        isBegun = false
        try connect()
    }

    func run(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) -> StatementOutcome {
        try inTransaction { pipeline throws(DatabaseError) in
            try pipeline.send(statement, values)
            // A writer synchronizes each time: if its process stops now, the server ends its transaction and releases
            // its locks, after `idle_in_transaction_session_timeout`.
            return try isReadOnly ? pipeline.response(to: .flush) : pipeline.response(to: .synchronize)
        }
    }

    func perform(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) {
        try inTransaction { pipeline throws(DatabaseError) in try pipeline.send(statement, values) }
    }

    func runScript(_ text: String) throws(DatabaseError) {
        try inTransaction { pipeline throws(DatabaseError) in try pipeline.runScript(text) }
    }

    func commit() throws(DatabaseError) {
        if let failure { throw failure }
        guard isBegun, let pipeline else { return }
        isBegun = false
        if isReadOnly { return try pipeline.leave() }
        do throws(DatabaseError) {
            try pipeline.send("COMMIT", [])
            _ = try pipeline.response(to: .synchronize)
        } catch {
            isBegun = true
            failure = error
            throw error
        }
    }

    func rollBack() {
        guard isBegun, let pipeline, pipeline.isConnected else { return }
        isBegun = false
        // A connection on which that fails is closed, which rolls back as well.
        do throws(DatabaseError) {
            // Leaving is a synchronization point, at which a reader's transaction ends.
            try pipeline.leave()
            guard !isReadOnly else { return }
            // After such a point, since after an error the server skips everything up to one.
            try pipeline.send("ROLLBACK", [])
            try pipeline.leave()
        } catch {
            close()
        }
    }

    func pause(_ attempt: Int) {
        usleep(UInt32.random(in: 1...10) * 1000 << UInt32(min(attempt, 5)))
    }

    func close() {
        pipeline = nil
    }

    private func inTransaction<Value>(
        _ body: (PostgresPipeline) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        if let failure { throw failure }
        guard let pipeline else { throw DatabaseError(.unavailable, "the connection is closed") }
        do throws(DatabaseError) {
            if !isBegun, !isReadOnly { try pipeline.send("BEGIN", []) }
            isBegun = true
            return try body(pipeline)
        } catch {
            failure = error
            throw error
        }
    }

    /// Connects if there is no connection, or the last one broke; but not repeatedly while the server is unavailable.
    private func connect() throws(DatabaseError) {
        if let pipeline, pipeline.isConnected { return }
        close()
        pipeline = try reach.trying { () throws(DatabaseError) in
            try PostgresPipeline(url: url, isReadOnly: isReadOnly)
        }
        if pipeline == nil { throw DatabaseError(.unavailable, "PostgreSQL is unavailable") }
    }
}

import CLibpq

/// A connection in libpq's pipeline mode: statements are sent without waiting for the responses to those before them.
/// Responses come in the order of what was sent, and are read when one is needed.
final class PostgresPipeline {
    /// What makes the server send what it has.
    enum Signal {
        /// The transaction stays as it is, including an implicit one.
        case flush
        /// Ends an implicit transaction; after an error, goes on behind this point.
        case synchronize
    }

    private enum Expected {
        case preparation(PreparedStatement)
        case forgetting
        case statement(PreparedStatement)
        case synchronization
    }

    private let connection: OpaquePointer
    private var statements = PreparedStatements()
    private var expected: [Expected] = []
    /// How many of `expected`, from the front, belong to a transaction that was left: their failures are ignored.
    private var left = 0
    private(set) var roundTrips = 0
    private var isBroken = false

    init(url: String, isReadOnly: Bool) throws(DatabaseError) {
        connection = try PostgresPipeline.connect(url, isReadOnly: isReadOnly)
    }

    deinit {
        PQfinish(connection)
    }

    /// Reads what came unasked: the server's closing message, and then the end of the connection.
    var isConnected: Bool {
        !isBroken && PQconsumeInput(connection) == 1 && PQconsumeInput(connection) == 1
            && PQstatus(connection) == CONNECTION_OK
    }

    /// Parsed once on this connection, run each time. It does not wait.
    func send(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) {
        let statement = try prepare(statement)
        let isSent = try PostgresValues.withPointers(values) { count, pointers, lengths, formats in
            PQsendQueryPrepared(connection, statement.name, count, pointers, lengths, formats, 1)
        }
        guard isSent == 1 else { throw broken(statement.text) }
        expected.append(.statement(statement))
    }

    /// Waits for the responses to all that was sent, and returns that of the last statement. Throws the first failure.
    func response(to signal: Signal) throws(DatabaseError) -> StatementOutcome {
        switch signal {
        case .flush: guard PQsendFlushRequest(connection) == 1 else { throw broken(nil) }
        case .synchronize: try synchronize()
        }
        roundTrips += 1
        return try readAll()
    }

    /// Ends the transaction without waiting for it. The responses still to come are ignored.
    func leave() throws(DatabaseError) {
        try synchronize()
        left = expected.count
    }

    /// Several statements at once, within the open transaction, and outside the pipeline, which allows only one at a
    /// time.
    func runScript(_ text: String) throws(DatabaseError) {
        _ = try response(to: .synchronize)
        guard PQexitPipelineMode(connection) == 1 else { throw broken(text) }
        defer { isBroken = PQenterPipelineMode(connection) != 1 }
        guard let result = PQexec(connection, text) else { throw broken(text) }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK else {
            throw PostgresResult.error(result, isConnected: PQstatus(connection) == CONNECTION_OK, text)
        }
    }

    private func prepare(_ statement: Statement) throws(DatabaseError) -> PreparedStatement {
        if let known = statements[statement] { return known }
        if statements.isFull {
            statements.forgetAll()
            guard PQsendQueryParams(connection, "DEALLOCATE ALL", 0, nil, nil, nil, nil, 0) == 1 else {
                throw broken(nil)
            }
            expected.append(.forgetting)
        }
        let prepared = statements.add(statement)
        guard PQsendPrepare(connection, prepared.name, prepared.text, 0, nil) == 1 else { throw broken(prepared.text) }
        expected.append(.preparation(prepared))
        return prepared
    }

    private func synchronize() throws(DatabaseError) {
        guard PQpipelineSync(connection) == 1 else { throw broken(nil) }
        expected.append(.synchronization)
    }

    private func readAll() throws(DatabaseError) -> StatementOutcome {
        var outcome = StatementOutcome(rows: [], changes: 0, isWrite: false)
        var failure: DatabaseError?
        var position = 0
        while position < expected.count {
            let isLeft = position < left
            do throws(DatabaseError) {
                if let result = try read(expected[position]) { outcome = result }
            } catch {
                if error.kind == .unavailable { throw giveUp(error) }
                if !isLeft, failure == nil { failure = error }
            }
            position += 1
            // After an error the server skips everything up to a synchronization point.
            if position == expected.count, failure != nil, PQpipelineStatus(connection) == PQ_PIPELINE_ABORTED {
                try synchronize()
            }
        }
        expected.removeAll(keepingCapacity: true)
        left = 0
        if let failure { throw failure }
        return outcome
    }

    private func read(_ next: Expected) throws(DatabaseError) -> StatementOutcome? {
        switch next {
        case .synchronization:
            guard let result = PQgetResult(connection) else { throw broken(nil) }
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else { throw broken(nil) }
            return nil
        case .forgetting:
            try readOne("DEALLOCATE ALL") { _ in }
            return nil
        case .preparation(let statement):
            do throws(DatabaseError) { try readOne(statement.text) { _ in } } catch {
                statements.forget(statement)
                throw error
            }
            return nil
        case .statement(let statement):
            do throws(DatabaseError) {
                return try readOne(statement.text) { result throws(DatabaseError) in try statement.outcome(of: result) }
            } catch {
                // Perhaps because one of its tables changed: the next run is planned again.
                if error.kind == .conflict { statements.forget(statement) }
                throw error
            }
        }
    }

    /// Reads the response to one thing sent, and the null result that ends it.
    private func readOne<Value>(
        _ text: String, _ body: (PostgresResult) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        guard let result = PQgetResult(connection) else { throw broken(text) }
        defer {
            PQclear(result)
            while let rest = PQgetResult(connection) { PQclear(rest) }
        }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            return try body(PostgresResult(result))
        case PGRES_PIPELINE_ABORTED:
            throw DatabaseError(.other, "an earlier statement failed", statement: text)
        default:
            throw PostgresResult.error(result, isConnected: PQstatus(connection) == CONNECTION_OK, text)
        }
    }

    private func broken(_ text: String?) -> DatabaseError {
        let message = PostgresResult.text(PQerrorMessage(connection))
        return giveUp(
            DatabaseError(.unavailable, message.isEmpty ? "the connection was lost" : message, statement: text))
    }

    /// The connection can no longer be used, and no responses are expected from it.
    private func giveUp(_ error: DatabaseError) -> DatabaseError {
        isBroken = true
        expected.removeAll()
        left = 0
        return error
    }
}

extension PostgresPipeline {
    private static func connect(_ url: String, isReadOnly: Bool) throws(DatabaseError) -> OpaquePointer {
        guard let connection = PQconnectdb(url) else { throw DatabaseError(.unavailable, "libpq is out of memory") }
        do throws(DatabaseError) {
            guard PQstatus(connection) == CONNECTION_OK else { throw error(of: connection) }
            PQsetNoticeProcessor(connection, { _, _ in }, nil)
            let result = PQexec(connection, settings + (isReadOnly ? readerSettings : writerSettings))
            defer { PQclear(result) }
            guard PQresultStatus(result) == PGRES_COMMAND_OK, PQenterPipelineMode(connection) == 1 else {
                throw error(of: connection)
            }
            return connection
        } catch {
            PQfinish(connection)
            throw error
        }
    }

    private static func error(of connection: OpaquePointer) -> DatabaseError {
        DatabaseError(.unavailable, PostgresResult.text(PQerrorMessage(connection)))
    }

    /// A statement or a lock that takes this long is a fault; the caller receives an error.
    private static let settings = """
        SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s';
        SET TIME ZONE 'UTC'; SET jit = off;
        """
    private static let readerSettings =
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;"
    /// Writes find their rows by indexes made for them. A plan is made once, also while a table is small or its
    /// statistics are old, and must not be one that reads all of it when the table has grown.
    private static let writerSettings = """
        SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off;
        SET enable_mergejoin = off;
        """
}

import CLibpq
import Foundation

/// One connection to PostgreSQL through libpq. It blocks, so it belongs to one thread at a time: `PostgresPool` sees to that.
final class PostgresConnection: WriteConnection {
    private let url: String
    private let isReadOnly: Bool
    private var connection: OpaquePointer?
    /// Prepared statements of this connection, by their text.
    private var prepared: [String: String] = [:]
    private var retryAt = ContinuousClock.now
    private var failures = 0

    init(url: String, isReadOnly: Bool) {
        self.url = url
        self.isReadOnly = isReadOnly
    }

    deinit {
        PQfinish(connection)
    }

    var dialect: Dialect { .postgres }

    func begin() throws(DatabaseError) {
        try connect()
        try command(isReadOnly ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN")
    }

    func commit() throws(DatabaseError) {
        try command("COMMIT")
    }

    func rollBack() {
        guard let connection, PQstatus(connection) == CONNECTION_OK, PQtransactionStatus(connection) != PQTRANS_IDLE else { return }
        // A connection that cannot even do that is closed, which rolls back as well.
        do { try command("ROLLBACK") } catch { close() }
    }

    func pause(_ attempt: Int) {
        usleep(UInt32.random(in: 1...10) * 1000 << UInt32(min(attempt, 5)))
    }

    func run(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) -> StatementOutcome {
        let text = statement.text(in: .postgres)
        let name = try prepare(text)
        let result = PostgresValues.withPointers(values) { count, pointers, lengths, formats in
            PQexecPrepared(connection, name, count, pointers, lengths, formats, 0)
        }
        return try PostgresResult(try checked(result, text)).outcome()
    }

    func runScript(_ text: String) throws(DatabaseError) {
        try command(text)
    }

    func close() {
        PQfinish(connection)
        connection = nil
        prepared = [:]
    }

    /// Connects where there is no connection, or the last one broke; not again and again while the server is away.
    private func connect() throws(DatabaseError) {
        if let connection, PQstatus(connection) == CONNECTION_OK { return }
        close()
        guard ContinuousClock.now >= retryAt else { throw DatabaseError(.unavailable, "PostgreSQL is away") }
        connection = PQconnectdb(url)
        guard let connection, PQstatus(connection) == CONNECTION_OK else {
            let message = PostgresResult.words(PQerrorMessage(connection))
            close()
            failures += 1
            retryAt = .now + .milliseconds(min(100 << min(failures, 6), 5000))
            throw DatabaseError(.unavailable, message)
        }
        failures = 0
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        // A statement or a lock that takes this long is a fault; whoever waits for it hears so.
        try command("SET statement_timeout = '30s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s'; SET TIME ZONE 'UTC'")
    }

    private func prepare(_ text: String) throws(DatabaseError) -> String {
        if let name = prepared[text] { return name }
        let name = "s\(prepared.count + 1)"
        PQclear(try checked(PQprepare(connection, name, text, 0, nil), text))
        prepared[text] = name
        return name
    }

    private func command(_ text: String) throws(DatabaseError) {
        PQclear(try checked(PQexec(connection, text), text))
    }

    private func checked(_ result: OpaquePointer?, _ text: String) throws(DatabaseError) -> OpaquePointer {
        guard let result else {
            throw DatabaseError(.unavailable, PostgresResult.words(PQerrorMessage(connection)), statement: text)
        }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            return result
        default:
            defer { PQclear(result) }
            throw PostgresResult.error(result, isConnected: PQstatus(connection) == CONNECTION_OK, text)
        }
    }
}

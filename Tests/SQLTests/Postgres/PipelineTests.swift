@testable import SQL
import Testing
import TestSupport

/// How often a connection waits for a response, and what happens to responses that nobody waited for.
@Suite(.enabled(if: TestEngine.available.contains(.postgres)))
struct PipelineTests {
    @Test func `a read of one statement is one round trip`() async throws {
        let connection = try await connection(isReadOnly: true)

        let trips = try roundTrips(of: connection) { _ = try $0.countNotes() }

        #expect(trips == 1)
    }

    @Test func `a write without a result is one round trip, however many statements it has`() async throws {
        let connection = try await connection()

        let trips = try roundTrips(of: connection) { transaction in
            for number in 0..<20 {
                try transaction.perform("INSERT INTO notes (id, number) VALUES ($1, $2)", "note \(number)", number)
            }
        }

        #expect(trips == 1)
    }

    @Test func `each awaited result is one more`() async throws {
        let connection = try await connection()

        let trips = try roundTrips(of: connection) { transaction in
            try transaction.perform("INSERT INTO notes (id) VALUES ('a')")
            _ = try transaction.countNotes()
            try transaction.perform("INSERT INTO notes (id) VALUES ('b')")
            _ = try transaction.countNotes()
            try transaction.perform("INSERT INTO notes (id) VALUES ('c')")
        }

        #expect(trips == 3)
    }

    @Test func `a statement is parsed once on a connection, even after one that could not be`() async throws {
        let connection = try await connection()
        for _ in 0..<3 {
            #expect(throws: DatabaseError.self) { try roundTrips(of: connection) { transaction in
                try transaction.perform("INSERT INTO nowhere (id) VALUES ('a')")
                try transaction.perform("INSERT INTO notes (id) VALUES ('b')")
            } }
        }
        try roundTrips(of: connection) { try $0.perform("INSERT INTO notes (id) VALUES ('b')") }

        let prepared = try count(
            on: connection, "SELECT COUNT(*) AS count FROM pg_prepared_statements WHERE statement LIKE 'INSERT%'")

        #expect(prepared == 1)
    }

    @Test func `a read sees one instant in all its statements`() async throws {
        let url = try await TestEngine.newPostgres()
        let reader = PostgresConnection(url: url, isReadOnly: true)
        let writer = try makeNotes(PostgresConnection(url: url, isReadOnly: false))

        try reader.begin()
        let before = try Transaction(reader).countNotes()
        try roundTrips(of: writer) { try $0.perform("INSERT INTO notes (id) VALUES ('a')") }
        let within = try Transaction(reader).countNotes()
        try reader.commit()
        try reader.begin()
        let after = try Transaction(reader).countNotes()

        #expect([before, within, after] == [0, 0, 1])
    }

    @Test func `a transaction that was left does not affect the next one`() async throws {
        let connection = try await connection()
        try connection.begin()
        try Transaction(connection).perform("INSERT INTO nowhere (id) VALUES ('a')")
        connection.rollBack()

        try roundTrips(of: connection) { try $0.perform("INSERT INTO notes (id) VALUES ('b')") }

        #expect(try count(on: connection, "SELECT COUNT(*) AS count FROM notes") == 1)
    }

    @Test
    func `a connection that breaks in the middle fails its writes, and the next ones find another`() async throws {
        let scratch = try await Scratch(.postgres)

        let results = await scratch.together(["a", "b", "c"].map { id in
            Scratch.Write { transaction in
                try transaction.perform("INSERT INTO notes (id) VALUES ($1)", id)
                if id == "b" { try transaction.perform("SELECT pg_terminate_backend(pg_backend_pid())") }
                try transaction.perform("UPDATE notes SET number = 1 WHERE id = $1", id)
            }
        })

        #expect(results.map { ($0.error as? DatabaseError)?.kind } == [.unavailable, .unavailable, .unavailable])
        try await scratch.database.write(order: .alone) { try $0.note("d") }
        #expect(try await scratch.ids() == ["d"])
    }

    @Test func `a connection that the server closed while idle is not used`() async throws {
        let scratch = try await Scratch(.postgres)
        try await scratch.database.write(order: .alone) { try $0.note("a") }
        let other = PostgresConnection(url: try #require(TestEngine.postgresURL), isReadOnly: false)
        let own = try await scratch.database.write(order: .alone) {
            try $0.queryOne("SELECT pg_backend_pid() AS pid")?.get("pid", as: Int.self)
        }
        let pid = try #require(own)

        try roundTrips(of: other) { transaction in
            _ = try transaction.query("SELECT pg_terminate_backend($1::integer, 10000)", pid)
        }

        try await scratch.database.write(order: .alone) { try $0.note("b") }
        #expect(try await scratch.ids() == ["a", "b"])
    }

    @Test func `a table that changed under a statement does not fail the next run`() async throws {
        let scratch = try await Scratch(.postgres)
        let columns = { @Sendable (transaction: Transaction) in try transaction.query("SELECT * FROM notes").count }
        try await scratch.database.write(order: .alone) { try $0.note("a") }
        _ = try await scratch.database.read(columns)

        try await scratch.script("ALTER TABLE notes ADD COLUMN size {integer}")

        #expect(try await scratch.database.read(columns) == 1)
    }

    private func connection(isReadOnly: Bool = false) async throws -> PostgresConnection {
        let url = try await TestEngine.newPostgres()
        let writer = try makeNotes(PostgresConnection(url: url, isReadOnly: false))
        return isReadOnly ? PostgresConnection(url: url, isReadOnly: true) : writer
    }

    private func makeNotes(_ connection: PostgresConnection) throws -> PostgresConnection {
        try roundTrips(of: connection) { try $0.runScript("CREATE TABLE notes (id TEXT PRIMARY KEY, number BIGINT)") }
        return connection
    }

    @discardableResult
    private func roundTrips(of connection: PostgresConnection, _ body: (Transaction) throws -> Void) throws -> Int {
        try connection.begin()
        let before = connection.roundTrips
        do {
            try body(Transaction(connection))
            try connection.commit()
        } catch {
            connection.rollBack()
            throw error
        }
        return connection.roundTrips - before
    }

    private func count(on connection: PostgresConnection, _ statement: Statement) throws -> Int? {
        try connection.begin()
        defer { connection.rollBack() }
        return try Transaction(connection).queryOne(statement)?.get("count")
    }
}

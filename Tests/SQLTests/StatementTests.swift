@testable import SQL
import Testing

struct StatementTests {
    @Test func `parameters are bound by their numbers, in any order and as often as they appear`() async throws {
        let scratch = try await Scratch()

        let row = try await scratch.database.read {
            try $0.queryOne("SELECT $2 AS second, $1 AS first, $2 AS again, $10 AS tenth, $3 AS third",
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
        }

        #expect(try row?.get("first") == 1)
        #expect(try row?.get("second") == 2)
        #expect(try row?.get("again") == 2)
        #expect(try row?.get("third") == 3)
        #expect(try row?.get("tenth") == 10)
    }

    @Test(arguments: [0, 1, 3])
    func `a statement is given as many values as it has parameters`(count: Int) async throws {
        let scratch = try await Scratch()
        let values = Array(1...4).prefix(count)

        await #expect(throws: DatabaseError.self) {
            try await scratch.database.write(order: .alone) { transaction in
                switch values.count {
                case 0: try transaction.execute("INSERT INTO notes (id, number) VALUES ('a', $1)")
                case 1: try transaction.execute("INSERT INTO notes (id, number) VALUES ($1, $2)", "a")
                default: try transaction.execute("INSERT INTO notes (id, number) VALUES ($1, $2)", "a", 1, 2)
                }
            }
        }
        #expect(try await scratch.ids() == [])
    }

    @Test func `a statement can be run again after it failed`() async throws {
        let scratch = try await Scratch()

        for id in ["a", "a", "b", "a", "c"] {
            do {
                try await scratch.database.write(order: .alone) { try $0.note(id) }
            } catch let error as DatabaseError {
                #expect(error.kind == .unique)
            }
        }

        #expect(try await scratch.ids() == ["a", "b", "c"])
    }

    @Test func `values keep their types`() async throws {
        let scratch = try await Scratch()
        let bytes: [UInt8] = [0, 1, 255]

        let row = try await scratch.database.read {
            try $0.queryOne(
                "SELECT $1 AS text, $2 AS number, $3 AS bytes, $4 AS absent", "über", Int64.min, bytes, String?.none)
        }

        #expect(try row?.get("text") == "über")
        #expect(try row?.get("number") == Int64.min)
        #expect(try row?.get("bytes") == bytes)
        #expect(try row?.get("absent", as: String?.self) == .some(nil))
    }

    @Test func `a column that is missing, or holds something else, is named in the error`() async throws {
        let scratch = try await Scratch()
        let row = try #require(
            try await scratch.database.read { try $0.queryOne("SELECT 'text' AS word, NULL AS absent") })

        let missing = #expect(throws: DatabaseError.self) { try row.get("nobody", as: String.self) }
        let wrong = #expect(throws: DatabaseError.self) { try row.get("word", as: Int.self) }
        let null = #expect(throws: DatabaseError.self) { try row.get("absent", as: String.self) }

        #expect(missing?.kind == .decoding)
        #expect(missing?.message.contains("nobody") == true)
        #expect(wrong?.message.contains("word") == true)
        #expect(null?.message.contains("absent") == true)
    }

    @Test func `fragments and statements are spliced in, each engine in its own dialect`() {
        let condition: Statement = "state = 'queued'"
        let statement: Statement = "SELECT 1 WHERE \(condition) \(.skipLocked)"
        let locking: Statement = "SELECT 1 \(.forUpdate(of: "a"))"

        #expect(statement.text(in: .sqlite) == "SELECT 1 WHERE state = 'queued' ")
        #expect(statement.text(in: .postgres) == "SELECT 1 WHERE state = 'queued' FOR NO KEY UPDATE SKIP LOCKED")
        #expect(locking.text(in: .sqlite) == "SELECT 1 ")
        #expect(locking.text(in: .postgres) == "SELECT 1 FOR NO KEY UPDATE OF a")
    }

    @Test func `a statement's parameters are spelled for the engine`() {
        #expect(Dialect.sqlite.parameters(in: "$2, $1, $12, $name, $") == "?2, ?1, ?12, $name, $")
        #expect(Dialect.postgres.parameters(in: "$2, $1") == "$2, $1")
    }

    @Test func `migrations' types are spelled for the engine`() {
        let text = "CREATE TABLE t (a {text}, b {integer}, c {bytes}) {strict}; CREATE TABLE u (a {text}) {keyed};"

        #expect(Dialect.sqlite.expandingTypes(in: text)
            == "CREATE TABLE t (a TEXT, b INTEGER, c BLOB) STRICT; CREATE TABLE u (a TEXT) STRICT, WITHOUT ROWID;")
        #expect(Dialect.postgres.expandingTypes(in: text)
            == "CREATE TABLE t (a TEXT COLLATE \"C\", b BIGINT, c BYTEA) ; CREATE TABLE u (a TEXT COLLATE \"C\") ;")
    }

    @Test func `the number of changed rows is returned, even if rows are returned`() async throws {
        let scratch = try await Scratch()

        let (changed, returned, none, writes) = try await scratch.database.write(order: .alone) { transaction in
            try transaction.note("a")
            try transaction.note("b")
            let changed = try transaction.execute("UPDATE notes SET number = 1")
            let returned = try transaction.execute("UPDATE notes SET number = 2 WHERE id = 'a' RETURNING id")
            let before = transaction.writes
            let none = try transaction.execute("UPDATE notes SET number = 3 WHERE id = 'nobody'")
            try transaction.query("UPDATE notes SET number = 3 WHERE id = 'nobody' RETURNING id")
            try transaction.execute("INSERT INTO notes (id) VALUES ('a') ON CONFLICT DO NOTHING")
            return (changed, returned, none, transaction.writes - before)
        }

        #expect(changed == 2)
        #expect(returned == 1)
        #expect(none == 0)
        #expect(writes == 0)
    }
}

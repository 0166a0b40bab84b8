@testable import SQL
import TestSupport
import Testing

/// What the two engines are told, and that they understand the same by it.
struct DialectTests {
    @Test(arguments: [
        ("", ""), ("$1", "?1"), ("$0", "$0"), ("$", "$"), ("$$1", "$?1"), ("$1$2", "?1?2"), ("$123", "?123"),
        ("a$1b", "a?1b"), ("é$9é", "é?9é"), ("$a $١", "$a $١"),
    ])
    func `a parameter is spelled for SQLite, and what is none stays`(text: String, written: String) {
        #expect(Dialect.sqlite.parameters(in: text) == written)
        #expect(Dialect.postgres.parameters(in: text) == text)
    }

    @Test func `a statement keeps its fragments through others, and two of the same pieces are equal`() {
        let inner: Statement = "SELECT a FROM t \(.skipLocked)"
        let outer: Statement = "WITH x AS (\(inner)) SELECT \(.member("b", ["c"])) FROM x"

        #expect(
            outer.text(in: .sqlite)
                == "WITH x AS (SELECT a FROM t ) SELECT CAST(json_extract(b, '$.c') AS TEXT) FROM x")
        #expect(outer.text(in: .postgres).contains("FOR NO KEY UPDATE SKIP LOCKED) SELECT (replace(b, "))
        #expect(outer == "WITH x AS (\(inner)) SELECT \(.member("b", ["c"])) FROM x")
        #expect(outer != "WITH x AS (\(inner)) SELECT \(.member("b", ["d"])) FROM x")
    }

    @Test func `a statement that is written out has the same text, is equal, and has an identity of its own`() {
        let statement: Statement = "SELECT 1 \(.forUpdate(of: "t"))"
        let (one, other) = (statement.writtenOut(), statement.writtenOut())

        for dialect in [Dialect.sqlite, .postgres] { #expect(one.text(in: dialect) == statement.text(in: dialect)) }
        #expect(one == other && one == statement && Set([one, other, statement]).count == 1)
        #expect(statement.identity == nil && one.identity !== other.identity)
    }

    @Test(arguments: TestEngine.available)
    func `a member of JSON is its text, and NULL where there is none`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        for (document, path, expected) in [
            (#"{"a":"text"}"#, ["a"], "text"), (#"{"a":7}"#, ["a"], "7"), (#"{"a":{"b":"é"}}"#, ["a", "b"], "é"),
            (#"{"a":null}"#, ["a"], nil), (#"{"b":1}"#, ["a"], nil), (#"{"a":"x"}"#, ["a", "b"], nil),
            (#"{"a":""}"#, ["a"], ""), (#"{"a":"q\"q"}"#, ["a"], "q\"q"), ("[]", ["a"], nil),
            (#"{"a":"x","z":"\u0000"}"#, ["a"], "x"), (#"{"a":9223372036854775807}"#, ["a"], "9223372036854775807"),
        ] as [(String, [String], String?)] {
            let fragment = Fragment.member("CAST($1 AS TEXT)", path)
            let found = try await scratch.database.read {
                try $0.queryOne("SELECT \(fragment) AS member", document)?.get("member", as: String?.self)
            }
            #expect(found == .some(expected), "\(document) \(path)")
        }
    }

    @Test(arguments: TestEngine.available)
    func `locks that fragments take are taken, and give the rows back with the transaction`(
        on engine: TestEngine
    ) async throws {
        let scratch = try await Scratch(engine)
        try await scratch.database.write(order: .alone) { for id in ["a", "b"] { try $0.note(id) } }

        for _ in 0..<2 {
            let rows = try await scratch.database.write(order: .alone) { transaction in
                let locked = try transaction.query("SELECT id FROM notes ORDER BY id \(.forUpdate(of: "notes"))")
                return locked.count + (try transaction.query("SELECT id FROM notes \(.skipLocked)").count)
            }
            #expect(rows == 4, "its own locks are no obstacle")
        }
    }

    @Test(arguments: TestEngine.available)
    func `what a schema refuses has the same kind on either engine`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        try await scratch.script("""
            CREATE TABLE parents (id {text} PRIMARY KEY) {strict};
            CREATE TABLE things (
                id {text} PRIMARY KEY, size {integer} NOT NULL CHECK (size > 0), parent {text} REFERENCES parents (id)
            ) {strict};
            INSERT INTO things (id, size) VALUES ('one', 1)
            """)
        for (values, kind) in [
            (["one", 1, String?.none], .unique), (["two", 1, "nobody"], .foreignKey),
            (["two", -1, String?.none], .check),
            (["two", Int?.none, String?.none], .notNull),
        ] as [([any SQLConvertible], DatabaseError.Kind)] {
            let error = await #expect(throws: DatabaseError.self) {
                try await scratch.database.write(order: .alone) {
                    try $0.execute(
                        "INSERT INTO things (id, size, parent) VALUES ($1, $2, $3)", values: values.map { $0.sqlValue })
                }
            }
            #expect(error?.kind == kind, "\(error?.description ?? "")")
            #expect(error?.statement?.hasPrefix("INSERT INTO things") == true)
            #expect(error?.description.contains("nobody") == false, "no values in an error")
        }
        let missing = await #expect(throws: DatabaseError.self) {
            try await scratch.database.read { try $0.query("SELECT * FROM nowhere") }
        }
        #expect(missing.map { [.schema, .other].contains($0.kind) } == true)
    }

    @Test func `an error is shown with its kind, its message and its statement`() {
        #expect(DatabaseError(.busy, "locked").description == "busy: locked")
        #expect(DatabaseError(.check, "no", statement: "SELECT 1").description == "check: no [SELECT 1]")
    }

    @Test func `writes go in the order of their keys, and those of several owners last`() {
        let orders: [LockOrder] = [.alone, .key("b"), .key(""), .alone, .key("a"), .key("B")]

        #expect(orders.sorted() == [.key(""), .key("B"), .key("a"), .key("b"), .alone, .alone])
        #expect(!(LockOrder.alone < .alone) && !(LockOrder.key("a") < .key("a")))
    }
}

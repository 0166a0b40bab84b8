@testable import SQL
import Synchronization
import TestSupport
import Testing

struct MigratorTests {
    private let first = Migration(1, "people", Array("CREATE TABLE people (id {text} PRIMARY KEY) {strict};".utf8))
    private let second = Migration(2, "pets", Array("""
        CREATE TABLE pets (id {text} PRIMARY KEY, owner {text} NOT NULL REFERENCES people (id)) {strict};
        INSERT INTO people (id) VALUES ('ada');
        """.utf8))

    @Test func `each step is applied once, in order, and noted with its time`() async throws {
        let database = try Database(SQLiteEngine(path: folder.path + "/a.sqlite"))

        let applied = try await Migrator([first, second]).migrate(database) { 7 }
        let again = try await Migrator([first, second]).migrate(database) { 8 }

        #expect(applied == ["people", "pets"])
        #expect(again == [])
        #expect(try await noted(database) == ["1 people 7", "2 pets 7"])
    }

    @Test func `a step that came later is applied alone`() async throws {
        let database = try Database(SQLiteEngine(path: folder.path + "/a.sqlite"))
        try await Migrator([first]).migrate(database) { 1 }

        #expect(try await Migrator([first, second]).pending(database) == ["pets"])
        #expect(try await Migrator([first, second]).migrate(database) { 2 } == ["pets"])
        #expect(try await Migrator([first, second]).pending(database) == [])
    }

    @Test func `the pending steps of an empty database can be read without changing it`() async throws {
        let database = try Database(SQLiteEngine(path: folder.path + "/a.sqlite"))

        #expect(try await Migrator([first, second]).pending(database) == ["people", "pets"])
        #expect(try await tables(database) == [])
    }

    @Test func `many processes that start at once apply each step once`() async throws {
        let path = folder.path + "/a.sqlite"
        let migrator = Migrator([first, second])

        let applied = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<6 {
                group.addTask { try await migrator.migrate(Database(SQLiteEngine(path: path))) { 1 } }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }

        #expect(applied.sorted() == ["people", "pets"])
    }

    @Test(.enabled(if: TestEngine.available.contains(.postgres)))
    func `nodes that start at once on PostgreSQL apply each step once, and those that wait say so`() async throws {
        let url = try await TestEngine.newPostgres()
        let slow = Migration(
            1, "people", Array("CREATE TABLE people (id {text} PRIMARY KEY) {strict}; SELECT pg_sleep(0.3);".utf8))
        let migrator = Migrator([slow, second])
        let waited = Count()

        let applied = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<6 {
                group.addTask {
                    let database = try Database(PostgresEngine(url: url, writers: 1, readers: 1))
                    let applied = try await migrator.migrate(
                        database, waits: { waited.value.add(1, ordering: .relaxed) }) { 1 }
                    await database.close()
                    return applied
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }

        #expect(applied.sorted() == ["people", "pets"])
        #expect(waited.value.load(ordering: .relaxed) > 0)
    }

    @Test func `a newer schema is refused with a sentence, and left unchanged`() async throws {
        let database = try Database(SQLiteEngine(path: folder.path + "/a.sqlite"))
        try await Migrator([first, second]).migrate(database) { 1 }

        let error = await #expect(throws: DatabaseError.self) { try await Migrator([first]).migrate(database) { 2 } }
        await #expect(throws: DatabaseError.self) { try await Migrator([first]).pending(database) }

        #expect(error?.kind == .schema)
        #expect(error?.message == """
            The database has schema step 2 (pets), which this version of Darkroom does not know. \
            Use the newer version that created it, or restore an earlier backup.
            """)
        #expect(try await noted(database).count == 2)
    }

    @Test func `a step that was edited is refused, and nothing after it is applied`() async throws {
        let database = try Database(SQLiteEngine(path: folder.path + "/a.sqlite"))
        try await Migrator([first]).migrate(database) { 1 }
        let edited = Migration(
            1, "people", Array("CREATE TABLE people (id {text} PRIMARY KEY, age {integer}) {strict};".utf8))

        let error = await #expect(throws: DatabaseError.self) {
            try await Migrator([edited, second]).migrate(database) { 2 }
        }

        #expect(error?.kind == .schema)
        #expect(error?.message.hasPrefix("Schema step 1 (people) of the database differs") == true)
        #expect(try await tables(database) == ["people", "schema_migrations"])
    }

    @Test func `a step that fails leaves nothing of itself, and the steps before it`() async throws {
        let database = try Database(SQLiteEngine(path: folder.path + "/a.sqlite"))
        let broken = Migration(2, "broken", Array("""
            CREATE TABLE half (id {text} PRIMARY KEY) {strict};
            INSERT INTO people (id) VALUES ('ada');
            CREATE TABLE people (id {text});
            """.utf8))

        await #expect(throws: DatabaseError.self) { try await Migrator([first, broken]).migrate(database) { 1 } }

        #expect(try await noted(database) == ["1 people 1"])
        #expect(try await tables(database) == ["people", "schema_migrations"])
        #expect(try await Migrator([first, second]).migrate(database) { 2 } == ["pets"])
    }

    @Test func `an addition for one engine is part of the step, and of its checksum`() async throws {
        let database = try Database(SQLiteEngine(path: folder.path + "/a.sqlite"))
        let text = Array("CREATE TABLE people (id {text} PRIMARY KEY) {strict};".utf8)
        let more = Migration(1, "people", text, additions: [.sqlite: Array("CREATE TABLE more (id TEXT);".utf8)])
        try await Migrator([more]).migrate(database) { 1 }

        #expect(try await tables(database) == ["more", "people", "schema_migrations"])
        await #expect(throws: DatabaseError.self) { try await Migrator([first]).migrate(database) { 1 } }
        #expect(more.checksum(in: .postgres) != more.checksum(in: .sqlite))
    }

    private final class Count: Sendable {
        let value = Atomic(0)
    }

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func noted(_ database: Database) async throws -> [String] {
        try await database.read {
            try $0.query("SELECT number, name, applied_at FROM schema_migrations ORDER BY number").map {
                let (number, name) = try ($0.get("number", as: Int.self), $0.get("name", as: String.self))
                return try "\(number) \(name) \($0.get("applied_at", as: Int.self))"
            }
        }
    }

    private func tables(_ database: Database) async throws -> [String] {
        try await database.read {
            try $0.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map { try $0.get("name") }
        }
    }
}

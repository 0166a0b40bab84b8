import Dispatch
import Foundation
@testable import SQL
import TestSupport
import Synchronization
import Testing

struct DatabaseErrorTests {
    @Test(arguments: [
        ("INSERT INTO things (id, size, parent) VALUES ('one', 1, NULL)", DatabaseError.Kind.unique),
        ("INSERT INTO things (id, size, parent) VALUES ('two', 1, 'nobody')", .foreignKey),
        ("INSERT INTO things (id, size, parent) VALUES ('two', -1, NULL)", .check),
        ("INSERT INTO things (id, size, parent) VALUES ('two', NULL, NULL)", .notNull),
        ("UPDATE things SET id = 'three'", .trigger),
        ("INSERT INTO things (id, size, parent) VALUES ('two', 'large', NULL)", .other),
        ("SELECT nonsense FROM nowhere", .other),
    ])
    func `a refusal has its kind, and names its statement but no values`(
        text: String, kind: DatabaseError.Kind
    ) async throws {
        let scratch = try await Scratch()
        try await scratch.database.write(order: .alone) {
            try $0.runScript("""
                CREATE TABLE things (
                    id TEXT PRIMARY KEY, size INTEGER NOT NULL CHECK (size > 0), parent TEXT REFERENCES things (id)
                ) STRICT;
                CREATE TRIGGER things_stay BEFORE UPDATE ON things BEGIN SELECT RAISE(ABORT, 'a thing stays'); END;
                INSERT INTO things (id, size) VALUES ('one', 1);
                """)
        }

        let error = await #expect(throws: DatabaseError.self) {
            try await scratch.database.write(order: .alone) { _ = try $0.execute(Statement(stringLiteral: text)) }
        }

        #expect(error?.kind == kind)
        #expect(error?.statement == text)
    }

    @Test func `no error contains a value`() async throws {
        let scratch = try await Scratch()
        try await scratch.database.write(order: .alone) { try $0.note("secret") }

        let error = await #expect(throws: DatabaseError.self) {
            try await scratch.database.write(order: .alone) { try $0.note("secret") }
        }

        #expect(error?.description.contains("secret") == false)
    }

    @Test func `a database that another process holds is busy`() async throws {
        let scratch = try await Scratch()
        let impatient = Database(try SQLiteEngine(path: scratch.path, busyTimeout: .milliseconds(1)))

        let error = try await scratch.database.write(order: .alone) { transaction in
            try transaction.note("held")
            return errorOfWriting(to: impatient)
        }

        #expect((error as? DatabaseError)?.kind == .busy)
        // Once it is released, the next one succeeds.
        try await impatient.write(order: .alone) { try $0.note("then") }
        #expect(try await scratch.ids() == ["held", "then"])
    }

    @Test func `a database without room reports it, and keeps what it had`() async throws {
        let scratch = try await Scratch()
        try await scratch.database.write(order: .alone) { try $0.note("kept") }
        let pages = try await scratch.database.read {
            try $0.queryOne("PRAGMA page_count")?.get("page_count", as: Int.self) ?? 0
        }

        let error = await #expect(throws: DatabaseError.self) {
            try await scratch.database.write(order: .alone) { transaction in
                _ = try transaction.query(Statement(stringLiteral: "PRAGMA max_page_count = \(pages)"))
                for number in 0..<10_000 { try transaction.note("a rather long name for note number \(number)") }
            }
        }

        #expect(error?.kind == .full)
        #expect(try await scratch.ids() == ["kept"])
        try await scratch.database.write(order: .alone) { transaction in
            _ = try transaction.query("PRAGMA max_page_count = 1000000")
            try transaction.note("after")
        }
        #expect(try await scratch.ids() == ["after", "kept"])
    }

    @Test func `a file that is not a database is reported as such`() throws {
        let folder = try TemporaryFolder()
        try Array(repeating: "not a database\n", count: 100)
            .joined().write(toFile: folder.path + "/letter", atomically: true, encoding: .utf8)

        let error = #expect(throws: DatabaseError.self) { try SQLiteEngine(path: folder.path + "/letter") }
        let missing = #expect(throws: DatabaseError.self) { try SQLiteEngine(path: folder.path + "/no/such/folder") }

        #expect(error?.kind == .unavailable)
        #expect(missing?.kind == .unavailable)
    }
}

/// Writes from inside another connection's transaction, which a closure can wait for but not await.
private func errorOfWriting(to database: Database) -> (any Error)? {
    let result = WriteResult()
    database.engine.write(PendingWrite(order: .alone, body: { try $0.note("impatient") }) { result.give($0.error) })
    return result.wait()
}

private final class WriteResult: Sendable {
    private let error = Mutex<(any Error)?>(nil)
    private let isGiven = DispatchSemaphore(value: 0)

    func give(_ error: (any Error)?) {
        self.error.withLock { $0 = error }
        isGiven.signal()
    }

    func wait() -> (any Error)? {
        isGiven.wait()
        return error.withLock { $0 }
    }
}

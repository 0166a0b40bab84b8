import Dispatch
@testable import SQL
import TestSupport
import Testing

struct SQLiteEngineTests {
    @Test(arguments: [("synchronous", 2), ("foreign_keys", 1), ("recursive_triggers", 1)])
    func `every commit is synced and every rule is on`(setting: String, value: Int) async throws {
        let scratch = try await Scratch()

        let found = try await scratch.database.write(order: .alone) {
            try $0.queryOne(Statement(stringLiteral: "PRAGMA \(setting)"))?.get(setting, as: Int.self)
        }

        #expect(found == value)
    }

    @Test func `the log is written ahead`() async throws {
        let scratch = try await Scratch()

        let mode = try await scratch.database.read {
            try $0.queryOne("PRAGMA journal_mode")?.get("journal_mode", as: String.self)
        }

        #expect(mode == "wal")
    }

    @Test func `a reader cannot write`() async throws {
        let scratch = try await Scratch()

        await #expect(throws: DatabaseError.self) { try await scratch.database.read { try $0.note("a") } }

        #expect(try await scratch.ids() == [])
    }

    @Test
    func `brief reads go on while long ones hold every connection of the pool, and cannot write either`() async throws {
        let scratch = try await Scratch()
        try await scratch.database.write(order: .alone) { try $0.note("a") }
        let database = scratch.database
        let (held, hold) = AsyncStream.makeStream(of: Void.self)
        let gate = DispatchSemaphore(value: 0)

        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    try await database.read { _ in
                        hold.yield()
                        gate.wait()
                    }
                }
            }
            var holders = held.makeAsyncIterator()
            for _ in 0..<4 { await holders.next() }

            #expect(try await database.readInline { try $0.countNotes() } == 1)
            await #expect(throws: DatabaseError.self) { try await database.readInline { try $0.note("b") } }

            for _ in 0..<4 { gate.signal() }
            try await group.waitForAll()
        }
        #expect(try await scratch.ids() == ["a"])
    }

    @Test func `a strict table refuses what is of another type`() async throws {
        let scratch = try await Scratch()

        await #expect(throws: DatabaseError.self) {
            try await scratch.database.write(order: .alone) {
                _ = try $0.execute("INSERT INTO notes (id, number) VALUES ('a', 'many')")
            }
        }
    }

    @Test func `what was committed is there after opening again, and the file is whole`() async throws {
        let scratch = try await Scratch()
        try await scratch.database.write(order: .alone) { transaction in
            for number in 0..<1000 { try transaction.note("note \(number)", number) }
        }
        await scratch.database.close()

        let again = Database(try SQLiteEngine(path: scratch.path))

        #expect(try await again.read { try $0.countNotes() } == 1000)
        let check = try await again.read {
            try $0.queryOne("PRAGMA integrity_check")?.get("integrity_check", as: String.self)
        }
        #expect(check == "ok")
    }

    @Test func `many writers at once all succeed`() async throws {
        let scratch = try await Scratch()
        let other = Database(try SQLiteEngine(path: scratch.path))

        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                group.addTask {
                    let database = number.isMultiple(of: 2) ? scratch.database : other
                    try await database.write(order: .alone) { try $0.note("note \(number)") }
                }
            }
            try await group.waitForAll()
        }

        #expect(try await scratch.ids().count == 400)
    }

    @Test func `the engine says what it is`() async throws {
        let scratch = try await Scratch()

        #expect(try await scratch.database.engine.version().hasPrefix("SQLite 3."))
    }
}

import Dispatch
@testable import SQL
import Synchronization
import Testing
import TestSupport

struct WriteTests {
    @Test(arguments: TestEngine.available)
    func `writes that arrive together share one transaction`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)

        // Each counts the rows that the ones before it in the batch have written.
        let seen = await scratch.together((0..<20).map { number in
            Scratch.Write { transaction in
                try transaction.note("note \(number)")
                return (try transaction.countNotes(), transaction.writes)
            }
        })

        #expect(seen.compactMap(\.value?.0) == Array(1...20))
        // The count of writes belongs to a transaction: it goes on counting within one.
        #expect(seen.compactMap(\.value?.1) == Array(1...20))
    }

    @Test(arguments: TestEngine.available)
    func `a batch runs its closures in the order of their keys`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        let ran = Ran()

        _ = await scratch.together(["c", "a", "d", "b"].map { key in
            Scratch.Write(order: .key(key)) { _ in ran.append(key) }
        })

        #expect(ran.all == ["a", "b", "c", "d"])
    }

    @Test(arguments: TestEngine.available)
    func `a refusal before the first write leaves the others alone`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        let runs = Ran()

        let results = await scratch.together([
            Scratch.Write { runs.append("a"); try $0.note("a") },
            Scratch.Write { transaction in
                runs.append("refused")
                _ = try transaction.countNotes()
                try transaction.execute("UPDATE notes SET number = 1 WHERE id = 'nobody'")
                throw Refused()
            },
            Scratch.Write { runs.append("b"); try $0.note("b") },
        ])

        #expect(results.map { $0.error is Refused } == [false, true, false])
        #expect(try await scratch.ids() == ["a", "b"])
        #expect(runs.all == ["a", "refused", "b"])
    }

    @Test(arguments: TestEngine.available)
    func `an error after a write rolls back that closure's writes only, and the others run again`(
        on engine: TestEngine
    ) async throws {
        let scratch = try await Scratch(engine)
        let runs = Ran()

        let results = await scratch.together([
            Scratch.Write { runs.append("a"); try $0.note("a") },
            Scratch.Write { runs.append("bad"); try $0.note("bad"); throw Refused() },
            Scratch.Write { runs.append("b"); try $0.note("b") },
        ])

        #expect(results.map { $0.error is Refused } == [false, true, false])
        #expect(try await scratch.ids() == ["a", "b"])
        #expect(runs.all == ["a", "bad", "a", "bad", "b"])
    }

    @Test(arguments: TestEngine.available)
    func `a broken constraint fails its own closure alone`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)

        let results = await scratch.together(["a", "b", "a", "c"].map { id in Scratch.Write { try $0.note(id) } })

        #expect(results.map { ($0.error as? DatabaseError)?.kind } == [nil, nil, .unique, nil])
        #expect(try await scratch.ids() == ["a", "b", "c"])
    }

    @Test(arguments: TestEngine.available)
    func `an error that shows at the commit fails the closure that caused it`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        try await scratch.script(
            "CREATE TABLE children (parent {text} REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED) {strict}")

        let results = await scratch.together([
            Scratch.Write { try $0.note("a") },
            Scratch.Write { _ = try $0.execute("INSERT INTO children (parent) VALUES ('nobody')") },
            Scratch.Write { try $0.note("b") },
        ])

        #expect(results.map { ($0.error as? DatabaseError)?.kind } == [nil, .foreignKey, nil])
        #expect(try await scratch.ids() == ["a", "b"])
        #expect(try await scratch.database.write(order: .alone) { try $0.countNotes() } == 2)
    }

    @Test func `a caller that receives a result finds it committed`() async throws {
        let scratch = try await Scratch()
        let other = Database(try SQLiteEngine(path: scratch.path))

        for number in 0..<20 {
            try await scratch.database.write(order: .alone) { try $0.note("note \(number)") }
            #expect(try await other.read { try $0.countNotes() } == number + 1)
        }
    }

    @Test(arguments: TestEngine.available)
    func `what is performed without a result is there with the rest, and counts as a change`(
        on engine: TestEngine
    ) async throws {
        let scratch = try await Scratch(engine)

        let (seen, writes) = try await scratch.database.write(order: .alone) { transaction in
            for name in ["a", "b", "c"] { try transaction.perform("INSERT INTO notes (id) VALUES ($1)", name) }
            try transaction.perform("UPDATE notes SET number = 1 WHERE id = 'nobody'")
            return (try transaction.countNotes(), transaction.writes)
        }

        #expect(seen == 3)
        #expect(writes == 4)
        #expect(try await scratch.ids() == ["a", "b", "c"])
    }

    @Test(arguments: TestEngine.available)
    func `what is performed without a result and fails, fails its own closure alone`(
        on engine: TestEngine
    ) async throws {
        let scratch = try await Scratch(engine)
        let runs = Ran()

        let results = await scratch.together(["a", "b", "a", "c"].map { id in
            Scratch.Write { transaction in
                runs.append(id)
                try transaction.perform("INSERT INTO notes (id) VALUES ($1)", id)
            }
        })

        #expect(results.map { ($0.error as? DatabaseError)?.kind } == [nil, nil, .unique, nil])
        #expect(
            results.compactMap { ($0.error as? DatabaseError)?.statement } == ["INSERT INTO notes (id) VALUES ($1)"])
        #expect(try await scratch.ids() == ["a", "b", "c"])
        #expect(runs.all.suffix(4) == ["a", "b", "a", "c"])
    }

    @Test(arguments: TestEngine.available)
    func `swallowing an error does not repair the transaction`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        try await scratch.database.write(order: .alone) { try $0.note("a") }

        let error = await #expect(throws: DatabaseError.self) {
            try await scratch.database.write(order: .alone) { transaction in
                try transaction.note("b")
                do { try transaction.perform("INSERT INTO notes (id) VALUES ('a')") } catch {
                    guard engine == .postgres else { throw error }
                }
                do { _ = try transaction.countNotes() } catch {}
                try transaction.note("c")
            }
        }

        #expect(error?.kind == .unique)
        #expect(try await scratch.ids() == ["a"])
    }

    @Test(arguments: TestEngine.available)
    func `a caller receives one result, even if its closure ran twice`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        let received = Mutex([String]())
        let runs = Ran()

        let results = await scratch.together([
            Scratch.Write { transaction -> String in
                runs.append("a")
                try transaction.note("a")
                return "a"
            },
            Scratch.Write { try $0.note("a"); return "b" },
        ])
        received.withLock { $0 += results.compactMap(\.value) }

        #expect(runs.all == ["a", "a"])
        #expect(received.withLock { $0 } == ["a"])
    }

    @Test(arguments: TestEngine.available)
    func `readers see what is committed, and a consistent view of it`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        try await scratch.database.write(order: .alone) { try $0.note("a") }
        let database = scratch.database

        let (before, after) = try await database.read { transaction in
            let before = try transaction.countNotes()
            // Another connection writes meanwhile; this view stays as it was.
            let written = DispatchSemaphore(value: 0)
            Task { try await database.write(order: .alone) { try $0.note("b") }; written.signal() }
            written.wait()
            return (before, try transaction.countNotes())
        }

        #expect([before, after] == [1, 1])
        #expect(try await scratch.ids() == ["a", "b"])
    }

    @Test(arguments: TestEngine.available)
    func `a closure that writes nothing may refuse as often as it likes`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)

        let results = await scratch.together((0..<100).map { number in
            Scratch.Write { transaction in
                if number.isMultiple(of: 2) { throw Refused() }
                try transaction.note("note \(number)")
            }
        })

        #expect(results.count { $0.error is Refused } == 50)
        #expect(try await scratch.ids().count == 50)
    }

    @Test(arguments: TestEngine.available)
    func `after closing, calls are refused`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        try await scratch.database.write(order: .alone) { try $0.note("a") }

        await scratch.database.close()

        await #expect(throws: DatabaseError.self) {
            try await scratch.database.write(order: .alone) { try $0.note("b") }
        }
        await #expect(throws: DatabaseError.self) { try await scratch.database.read { try $0.countNotes() } }
    }
}

/// The names of closures, in the order in which they ran.
final class Ran: Sendable {
    private let names = Mutex([String]())

    func append(_ name: String) { names.withLock { $0.append(name) } }
    var all: [String] { names.withLock { $0 } }
}

import Dispatch
@testable import SQL
import Synchronization
import Testing

struct WriteTests {
    @Test func `writes that arrive together share one transaction`() async throws {
        let scratch = try await Scratch()

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

    @Test func `a batch takes its closures in the order of their keys`() async throws {
        let scratch = try await Scratch()
        let ran = Ran()

        _ = await scratch.together(["c", "a", "d", "b"].map { key in
            Scratch.Write(order: .key(key)) { _ in ran.append(key) }
        })

        #expect(ran.all == ["a", "b", "c", "d"])
    }

    @Test func `a refusal before the first write leaves the others alone`() async throws {
        let scratch = try await Scratch()
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

    @Test func `an error after a write takes back that closure's writes only, and the others run again`() async throws {
        let scratch = try await Scratch()
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

    @Test func `a broken constraint fails its own closure alone`() async throws {
        let scratch = try await Scratch()

        let results = await scratch.together(["a", "b", "a", "c"].map { id in Scratch.Write { try $0.note(id) } })

        #expect(results.map { ($0.error as? DatabaseError)?.kind } == [nil, nil, .unique, nil])
        #expect(try await scratch.ids() == ["a", "b", "c"])
    }

    @Test func `an error that shows at the commit fails the one who caused it`() async throws {
        let scratch = try await Scratch()
        try await scratch.database.write(order: .alone) {
            try $0.runScript("CREATE TABLE children (parent TEXT REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED) STRICT")
        }

        let results = await scratch.together([
            Scratch.Write { try $0.note("a") },
            Scratch.Write { _ = try $0.execute("INSERT INTO children (parent) VALUES ('nobody')") },
            Scratch.Write { try $0.note("b") },
        ])

        #expect(results.map { ($0.error as? DatabaseError)?.kind } == [nil, .foreignKey, nil])
        #expect(try await scratch.ids() == ["a", "b"])
        #expect(try await scratch.database.write(order: .alone) { try $0.countNotes() } == 2)
    }

    @Test func `whoever hears of a write finds it committed`() async throws {
        let scratch = try await Scratch()
        let other = Database(try SQLiteEngine(path: scratch.path))

        for number in 0..<20 {
            try await scratch.database.write(order: .alone) { try $0.note("note \(number)") }
            #expect(try await other.read { try $0.countNotes() } == number + 1)
        }
    }

    @Test func `a caller hears once, also when its closure ran twice`() async throws {
        let scratch = try await Scratch()
        let heard = Mutex([String]())
        let runs = Ran()

        let results = await scratch.together([
            Scratch.Write { transaction -> String in
                runs.append("a")
                try transaction.note("a")
                return "a"
            },
            Scratch.Write { try $0.note("a"); return "b" },
        ])
        heard.withLock { $0 += results.compactMap(\.value) }

        #expect(runs.all == ["a", "a"])
        #expect(heard.withLock { $0 } == ["a"])
    }

    @Test func `readers see what is committed, and a consistent view of it`() async throws {
        let scratch = try await Scratch()
        try await scratch.database.write(order: .alone) { try $0.note("a") }
        let database = scratch.database

        let (before, after) = try await database.read { transaction in
            let before = try transaction.countNotes()
            // Somebody writes meanwhile; this view stays as it was.
            let written = DispatchSemaphore(value: 0)
            Task { try await database.write(order: .alone) { try $0.note("b") }; written.signal() }
            written.wait()
            return (before, try transaction.countNotes())
        }

        #expect([before, after] == [1, 1])
        #expect(try await scratch.ids() == ["a", "b"])
    }

    @Test func `a closure that writes nothing may refuse as often as it likes`() async throws {
        let scratch = try await Scratch()

        let results = await scratch.together((0..<100).map { number in
            Scratch.Write { transaction in
                if number.isMultiple(of: 2) { throw Refused() }
                try transaction.note("note \(number)")
            }
        })

        #expect(results.count { $0.error is Refused } == 50)
        #expect(try await scratch.ids().count == 50)
    }

    @Test func `after closing, calls are refused`() async throws {
        let scratch = try await Scratch()
        try await scratch.database.write(order: .alone) { try $0.note("a") }

        await scratch.database.close()

        await #expect(throws: DatabaseError.self) { try await scratch.database.write(order: .alone) { try $0.note("b") } }
        await #expect(throws: DatabaseError.self) { try await scratch.database.read { try $0.countNotes() } }
    }
}

/// The names of closures, in the order in which they ran.
final class Ran: Sendable {
    private let names = Mutex([String]())

    func append(_ name: String) { names.withLock { $0.append(name) } }
    var all: [String] { names.withLock { $0 } }
}

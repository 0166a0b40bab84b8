@testable import SQL
import TestSupport
import Testing

/// What becomes of texts on their way into a database and out of it.
struct TextTests {
    @Test(arguments: TestEngine.available)
    func `a statement takes all of a text or is refused, however it runs`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        try await scratch.database.write(order: .alone) { try $0.note("k") }
        let bulk = BulkStatement("INSERT INTO notes (id, number) VALUES", row: "($1, $2)")
        let ways: [(String, @Sendable (Transaction, String) throws -> Void)] = [
            ("execute", { try $0.note($1) }),
            ("perform", { try $0.perform("INSERT INTO notes (id, number) VALUES ($1, $2)", $1, 1) }),
            ("perform rows", { try $0.perform(bulk, rows: [["a", 1], [$1, 2]]) }),
            ("query", { _ = try $0.query("SELECT id FROM notes WHERE id = $1", $1) }),
            ("query rows", { _ = try $0.query(BulkStatement("SELECT id FROM notes WHERE id IN (", row: "$1", ")"),
                rows: [[$1]]) }),
        ]

        for (way, run) in ways {
            for text in ["k\0", "\0", "a\0b"] {
                let error = await #expect(throws: DatabaseError.self, "\(way)") {
                    try await scratch.database.write(order: .alone) { try run($0, text) }
                }
                #expect(error?.kind == .unstorable, "\(way)")
            }
        }
        #expect(try await scratch.ids() == ["k"], "nothing was cut and stored")
    }

    @Test(arguments: TestEngine.available)
    func `a text without U+0000 comes back byte by byte, whatever else is in it`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        let texts = ["", "\u{1}\u{1F}\u{7F}\u{85}", "e\u{301}", "\u{E9}", "\u{FFFF}\u{10FFFF}", "\u{202E}\u{200D}"]
        try await scratch.database.write(order: .alone) { transaction in
            for (number, text) in texts.enumerated() { try transaction.note(text, number) }
        }

        let stored = try await scratch.database.read {
            try $0.query("SELECT id FROM notes ORDER BY number").map { try $0.get("id", as: String.self) }
        }

        // Not `==` of texts, for which two spellings of one character are the same.
        #expect(stored.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
    }

    @Test(arguments: TestEngine.available)
    func `a write that is refused for its text leaves those that share its commit alone`(
        on engine: TestEngine
    ) async throws {
        let scratch = try await Scratch(engine)

        let results = await scratch.together([
            Scratch.Write { try $0.note("a") }, Scratch.Write { try $0.note("b\0") },
            Scratch.Write { try $0.note("c") },
        ])

        #expect(results.map { ($0.error as? DatabaseError)?.kind } == [nil, .unstorable, nil])
        #expect(try await scratch.ids() == ["a", "c"])
    }
}

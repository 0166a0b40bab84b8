@testable import SQL
import Testing
import TestSupport

struct BulkStatementTests {
    private let insert = BulkStatement("INSERT INTO notes (id, number) VALUES", row: "($1, $2)")

    @Test func `a row's parameters go on where those of the row before it ended`() {
        let statement = BulkStatement(
            "UPDATE notes SET number = $1 WHERE (id, number) IN (VALUES", row: "($1, CAST($2 AS BIGINT))", ")",
            shared: 1)

        let texts = [1, 2].map { statement.parts(for: $0)[0].statement.text(in: .postgres) }

        #expect(texts == [
            "UPDATE notes SET number = $1 WHERE (id, number) IN (VALUES ($2, CAST($3 AS BIGINT)) )",
            "UPDATE notes SET number = $1 WHERE (id, number) IN "
                + "(VALUES ($2, CAST($3 AS BIGINT)), ($4, CAST($5 AS BIGINT)) )",
        ])
    }

    @Test(
        arguments: [
            (0, []), (1, [1]), (8, [8]), (9, [8, 1]), (23, [16, 7]), (31, [24, 7]), (32, [32]), (70, [64, 6]),
        ] as [(Int, [Int])])
    func `a few texts serve any number of rows`(count: Int, sizes: [Int]) {
        let parts = insert.parts(for: count)

        #expect(parts.map(\.rows.count) == sizes)
        #expect(parts.flatMap { Array($0.rows) } == Array(0..<count))
    }

    @Test(arguments: TestEngine.available)
    func `rows are written and read in one statement each, NULL among them`(on engine: TestEngine) async throws {
        let folder = try TemporaryFolder()
        let database = try await engine.emptyDatabase(in: folder.path)
        try await database.write(order: .alone) {
            try $0.runScript("CREATE TABLE notes (id TEXT PRIMARY KEY, number BIGINT)")
        }
        let insert = insert

        try await database.write(order: .alone) { transaction in
            try transaction.perform(
                insert, rows: (0..<50).map { [String($0), $0 == 7 ? nil : $0] as [any SQLConvertible] })
            try transaction.perform(
                BulkStatement(
                    "UPDATE notes SET number = number + v.column2 + $1 FROM (VALUES", row: "($1, CAST($2 AS BIGINT))",
                    ") AS v WHERE notes.id = v.column1", shared: 1),
                shared: [100], rows: [["1", 10], ["2", 20]])
        }

        let found = BulkStatement("SELECT id, number FROM notes WHERE id IN (", row: "$1", ") ORDER BY id")
        let numbers = try await database.read { transaction in
            try transaction.query(found, rows: ["1", "2", "7", "9", "nobody"].map { [$0] }).map {
                try $0.get("number", as: Int?.self)
            }
        }
        #expect(numbers == [111, 122, nil, 9])
    }

    @Test(arguments: TestEngine.available)
    func `no rows run no statement`(on engine: TestEngine) async throws {
        let folder = try TemporaryFolder()
        let database = try await engine.emptyDatabase(in: folder.path)
        let insert = insert

        try await database.write(order: .alone) { transaction in
            try transaction.perform(insert, rows: [])
            #expect(transaction.writes == 0)
        }
    }

    @Test(arguments: TestEngine.available)
    func `rows that were refused do not make the next ones fail`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        let insert = insert

        func written(_ ids: [String]) async throws -> Bool {
            do {
                try await scratch.database.write(order: .alone) { transaction in
                    try transaction.perform(insert, rows: ids.map { [$0, 1] })
                }
                return true
            } catch let error as DatabaseError {
                #expect(error.kind == .unique)
                return false
            }
        }
        #expect(try await written(["a"]))
        #expect(try await !written(["a"]))
        #expect(try await written(["b"]))
        #expect(try await !written(["c", "b"]))
        #expect(try await written(["c", "d"]))

        #expect(try await scratch.ids() == ["a", "b", "c", "d"])
    }

    @Test(arguments: TestEngine.available)
    func `of writes that share a transaction only the one with the refused row fails`(
        on engine: TestEngine
    ) async throws {
        let scratch = try await Scratch(engine)
        let insert = insert
        try await scratch.database.write(order: .alone) { try $0.perform(insert, rows: [["b", 1]]) }

        let results = await scratch.together(["a", "b", "c"].map { id in
            Scratch.Write { try $0.perform(insert, rows: [[id, 1]]) }
        })

        #expect(results.map { $0.error == nil } == [true, false, true])
        #expect(try await scratch.ids() == ["a", "b", "c"])
    }
}

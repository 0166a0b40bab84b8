@testable import SQL
import TestSupport
import Testing

/// What a column holds, and as which types it may be read.
struct RowTests {
    private enum Color: String, SQLConvertible { case red, blue }

    private struct Cents: RawRepresentable, SQLConvertible, Equatable {
        let rawValue: Int64
        init(rawValue: Int64) { self.rawValue = rawValue }
    }

    private enum Level: Int64, SQLConvertible { case low = 1, high = 9 }

    @Test func `a value comes back as the type that it was, and as no other`() {
        let values: [SQLValue] = [.null, .integer(7), .text("7"), .bytes([7])]

        #expect(values.map { Int(sqlValue: $0) } == [nil, 7, nil, nil])
        #expect(values.map { Int64(sqlValue: $0) } == [nil, 7, nil, nil])
        #expect(values.map { String(sqlValue: $0) } == [nil, nil, "7", nil])
        #expect(values.map { [UInt8](sqlValue: $0) } == [nil, nil, nil, [7]])
        #expect(values.map { Cents(sqlValue: $0) } == [nil, Cents(rawValue: 7), nil, nil])
        #expect(Level(sqlValue: .integer(9)) == .high && Level(sqlValue: .integer(2)) == nil)
        #expect(Color(sqlValue: .text("red")) == .red && Color(sqlValue: .text("Red")) == nil)
        #expect(Color(sqlValue: .integer(0)) == nil && Color.blue.sqlValue == .text("blue"))
    }

    @Test func `an optional is nothing, something, or of another type, which is not nothing`() {
        #expect(Int?(sqlValue: .null) == .some(.none) && Int?(sqlValue: .integer(7)) == .some(7))
        #expect(Int?(sqlValue: .text("7")) == .none, "a wrong type must not be taken for NULL")
        #expect(Color?(sqlValue: .text("green")) == .none)
        #expect(Int?.none.sqlValue == .null && Int?.some(7).sqlValue == .integer(7))
        #expect(String?.some("").sqlValue == .text(""), "an empty text is not NULL")
    }

    @Test func `numbers are exact at both ends`() {
        for number in [Int64.min, -1, 0, .max] {
            #expect(Int64(sqlValue: number.sqlValue) == number && Int(sqlValue: number.sqlValue) == Int(number))
        }
    }

    @Test func `of two columns with one name the first counts`() throws {
        let row = Row(Row.Columns(["a", "b", "a"]), [.integer(1), .integer(2), .integer(3)])

        #expect(try row.get("a") == 1 && row.get("b") == 2)
        let error = #expect(throws: DatabaseError.self) { try row.get("A", as: Int.self) }
        #expect(error?.kind == .decoding && error?.message.contains("A") == true)
    }

    @Test(arguments: TestEngine.available)
    func `every type of column survives its way through the engine`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        try await scratch.script("""
            CREATE TABLE things (id {integer} PRIMARY KEY, text {text}, bytes {bytes}, number {integer}) {strict}
            """)
        let texts = [
            "", " ", "é", "e\u{301}", "😀", "'; DROP TABLE things; --", "$1", "?1", "\\", "\u{FFFF}", "a\nb\r\t",
        ]
        let blobs: [[UInt8]] = [[], [0], [0, 0xFF, 0], Array(0...255)]
        let numbers = [Int64.min, -1, 0, 1, 1 << 53 + 1, .max]

        try await scratch.database.write(order: .alone) { transaction in
            for (id, text) in texts.enumerated() {
                try transaction.execute(
                    "INSERT INTO things (id, text, bytes, number) VALUES ($1, $2, $3, $4)", id, text,
                    blobs[id % blobs.count], numbers[id % numbers.count])
            }
        }

        let rows = try await scratch.database.read { try $0.query("SELECT * FROM things ORDER BY id") }
        #expect(try rows.map { try $0.get("text", as: String.self) } == texts)
        #expect(try rows.map { try Array($0.get("text", as: String.self).utf8) } == texts.map { Array($0.utf8) })
        #expect(try rows.map { try $0.get("bytes") } == texts.indices.map { blobs[$0 % blobs.count] })
        #expect(try rows.map { try $0.get("number") } == texts.indices.map { numbers[$0 % numbers.count] })
    }

    @Test(arguments: TestEngine.available)
    func `text is compared and sorted by its bytes`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        let ids = ["Z", "a", "z", "é", "e\u{301}", "_", "-", "10", "9", "aa", "A"]
        try await scratch.database.write(order: .alone) { for id in ids { try $0.note(id) } }

        let sorted = ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        #expect(try await scratch.ids().map { Array($0.utf8) } == sorted.map { Array($0.utf8) })
        let found = try await scratch.database.read { try $0.query("SELECT id FROM notes WHERE id = $1", "é").count }
        #expect(found == 1, "two spellings of one letter are two texts")
    }
}

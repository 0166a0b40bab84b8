import Foundation
@testable import SQL
import Testing

/// In which order tables are copied, and by which statements.
struct TableShapeTests {
    private func tables(_ names: String...) -> [TableShape] {
        names.map { TableShape(name: $0, columns: ["id", "parent"], key: ["id"]) }
    }

    private func reference(_ child: String, _ parent: String, deferred: Bool = false) -> TableShape.Reference {
        TableShape.Reference(child: child, parent: parent, column: "parent", isDeferred: deferred)
    }

    @Test func `a table comes behind those that it references, and all others stay in their order`() {
        let ordered = TableShape.inOrder(
            tables("a", "b", "c", "d", "e"), [reference("a", "c"), reference("c", "d"), reference("a", "d")])

        #expect(ordered.map(\.name) == ["b", "d", "c", "a", "e"])
        #expect(TableShape.inOrder(tables("b", "a"), []).map(\.name) == ["b", "a"])
        #expect(TableShape.inOrder([], []).isEmpty)
    }

    @Test func `a deferred reference turns the order around`() {
        let ordered = TableShape.inOrder(
            tables("entries", "transactions"), [reference("entries", "transactions", deferred: true)])
        let opposite = TableShape.inOrder(
            tables("transactions", "entries"), [reference("entries", "transactions", deferred: true)])

        #expect(ordered.map(\.name) == ["entries", "transactions"])
        #expect(opposite.map(\.name) == ["entries", "transactions"])
    }

    @Test func `a reference to its own table is no obstacle, and is filled afterwards`() {
        let ordered = TableShape.inOrder(tables("a", "b"), [reference("a", "a"), reference("a", "b")])

        #expect(ordered.map(\.name) == ["b", "a"])
        #expect(ordered.map(\.ownReference) == [nil, "parent"])
    }

    @Test func `a circle leaves no table out`() {
        let circle = [reference("a", "b"), reference("b", "c"), reference("c", "a")]

        #expect(Set(TableShape.inOrder(tables("a", "b", "c", "d"), circle).map(\.name)) == ["a", "b", "c", "d"])
    }

    @Test func `every table has its own place for any references without a circle`() {
        let names = (0..<12).map { "t\($0)" }
        let references = names.indices.flatMap { child in
            names.indices.filter { $0 > child && ($0 + child).isMultiple(of: 3) }
                .map { reference(names[child], names[$0]) }
        }
        let order = TableShape.inOrder(names.map { TableShape(name: $0, columns: [], key: []) }, references).map(\.name)

        #expect(order.count == 12 && Set(order).count == 12)
        for reference in references {
            let (parent, child) = (order.firstIndex(of: reference.parent), order.firstIndex(of: reference.child))
            #expect((parent ?? 99) < (child ?? 0), "\(reference)")
        }
    }

    @Test func `its statements quote every name, and page by the whole key`() {
        let table = TableShape(name: "a\"b", columns: ["id", "or der", "x"], key: ["x", "id"])

        #expect(table.page(of: 5, isFirst: true).text(in: .sqlite)
            == #"SELECT "id", "or der", "x" FROM "a""b" ORDER BY "x", "id" LIMIT 5"#)
        #expect(table.page(of: 5, isFirst: false).text(in: .sqlite).contains(#" WHERE ("x", "id") > ($1, $2) "#))
        #expect(table.insert.text(in: .postgres) == #"INSERT INTO "a""b" ("id", "or der", "x") VALUES ($1, $2, $3)"#)
        #expect(table.fill("x").text(in: .postgres) == #"UPDATE "a""b" SET "x" = $1 WHERE "x" = $2 AND "id" = $3"#)
        #expect(table.keyValues(of: [.integer(1), .null, .text("k")]) == [.text("k"), .integer(1)])
        #expect(table.place(of: "or der") == 1 && table.place(of: "y") == nil)
    }

    /// On a thread of its own, since both ends of a pipe block.
    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }

    @Test func `batches come out as they went in, and the end says whether all were sent`() async throws {
        let pipe = BatchPipe<Int>(room: 2)
        async let sent: Void = onThread {
            for number in 0..<100 { try pipe.send(number) }
            pipe.finish(isWhole: true)
        }
        let received = try await onThread {
            var received: [Int] = []
            while let number = pipe.next() { received.append(number) }
            return received
        }
        try await sent

        #expect(received == Array(0..<100) && pipe.isWhole)
    }

    @Test func `a sender that is left stops, and one that broke off says so`() async throws {
        let left = BatchPipe<Int>(room: 1)
        let sent = Task { try await onThread { while true { try left.send(1) } } }
        #expect(try await onThread { left.next() } == 1)
        left.leave()
        await #expect(throws: BatchPipe<Int>.Broken.self) { try await sent.value }

        let broken = BatchPipe<Int>()
        try broken.send(1)
        broken.finish(isWhole: false)
        #expect(broken.next() == 1 && broken.next() == nil && !broken.isWhole)
    }

    @Test func `a queue returns what came first, however it is taken`() {
        var line = Line<Int>()
        var (next, taken): (Int, [Int]) = (0, [])
        for size in [1, 0, 3, 200, 5, 64, 1000, 7] {
            for _ in 0..<size {
                line.add(next)
                next += 1
            }
            #expect(line.first == (taken.count < next ? taken.count : nil) && line.count == next - taken.count)
            taken += line.take(size / 2)
        }
        taken += line.take(.max)

        #expect(taken == Array(0..<next) && line.count == 0 && line.first == nil && line.take(5) == [])
    }
}

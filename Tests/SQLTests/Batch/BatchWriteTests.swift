@testable import SQL
import Synchronization
import Testing

struct BatchWriteTests {
    /// Notes each item and returns how many there were in the call, and its place among them.
    private func noting(_ calls: Ran = Ran()) -> BatchWrite<String, String> {
        BatchWrite { transaction, items in
            calls.append(items.joined(separator: " "))
            return try items.enumerated().map { place, item in
                if item.hasPrefix("refused") { return .failure(Refused()) }
                try transaction.note(item)
                return .success("\(item) \(place + 1)/\(items.count)")
            }
        }
    }

    @Test func `items that wait together go through one call, in the order of what they lock`() async throws {
        let scratch = try await Scratch()
        let calls = Ran()

        let results = await scratch.together(["c", "a", "b"], by: noting(calls))

        #expect(results.map(\.value) == ["c 3/3", "a 1/3", "b 2/3"])
        #expect(calls.all == ["a b c"])
        #expect(try await scratch.ids() == ["a", "b", "c"])
    }

    @Test func `each item has its own outcome, and a refusal leaves the others alone`() async throws {
        let scratch = try await Scratch()

        let results = await scratch.together(["a", "refused", "b"], by: noting())

        #expect(results.map { $0.error is Refused } == [false, true, false])
        #expect(try await scratch.ids() == ["a", "b"])
    }

    @Test func `after an error each item goes through alone, and only the faulty one fails`() async throws {
        let scratch = try await Scratch()
        let calls = Ran()

        let results = await scratch.together(["a", "b", "a", "c"], by: noting(calls))

        #expect(results.map { ($0.error as? DatabaseError)?.kind } == [nil, nil, .unique, nil])
        #expect(results.compactMap(\.value) == ["a 1/1", "b 1/1", "c 1/1"])
        #expect(calls.all == ["a a b c", "a", "b", "a", "c"])
        #expect(try await scratch.ids() == ["a", "b", "c"])
    }

    @Test func `each caller receives its own error that a body throws before it writes`() async throws {
        let scratch = try await Scratch()
        let set = BatchWrite<String, String> { _, items in
            guard items.count == 1 else { throw Refused() }
            if items == ["b"] { throw Refused() }
            return items.map { .success($0) }
        }

        let results = await scratch.together(["a", "b", "c"], by: set)

        #expect(results.map(\.value) == ["a", nil, "c"])
        #expect(results[1].error is Refused)
    }

    @Test func `a call holds 32 items at most`() async throws {
        let scratch = try await Scratch()
        let sizes = Mutex([Int]())
        let set = BatchWrite<Int, Int> { _, items in
            sizes.withLock { $0.append(items.count) }
            return items.map { .success($0) }
        }

        let results = await scratch.together(Array(0..<70), by: set)

        #expect(results.compactMap(\.value) == Array(0..<70))
        #expect(sizes.withLock { $0 } == [32, 32, 6])
    }

    @Test func `a batch is closures or items of one set, and the write that has waited longest goes first`() {
        let queue = WriteQueue(limit: 100, batchLimit: 4)
        let first = noting()
        let second = noting()
        func item(_ name: String, of set: BatchWrite<String, String>) -> PendingWrite {
            set.pending(name, order: .key(name)) { _ in }
        }
        for number in 0..<3 {
            _ = queue.add(item("first \(number)", of: first))
            _ = queue.add(PendingWrite(order: .key("closure \(number)"), body: { _ in }, deliver: { _ in }))
            _ = queue.add(item("second \(number)", of: second))
        }
        for number in 3..<6 { _ = queue.add(item("first \(number)", of: first)) }

        var batch: [PendingWrite] = []
        let batches = (0..<5).map { _ in
            batch = queue.next(after: batch)
            return batch.names
        }

        #expect(batches == [
            ["first 0", "first 1", "first 2", "first 3"], ["closure 0", "closure 1", "closure 2"],
            ["second 0", "second 1", "second 2"], ["first 4", "first 5"], [],
        ])
    }

    @Test func `a set has a second batch under way only if that one is full`() {
        let queue = WriteQueue(limit: 100, batchLimit: 4, drainers: 3)
        let set = noting()
        func add(_ count: Int) -> [Bool] {
            (0..<count).map { number in queue.add(set.pending("item", order: .key("\(number)")) { _ in }) }
        }

        #expect(add(1) == [true])
        let first = queue.next()
        #expect(first.count == 1)
        // Only the fourth is worth another connection; those behind it are left to the connection that is free first.
        #expect(add(5) == [false, false, false, true, true])
        let second = queue.next()
        #expect(second.count == 4)
        #expect(queue.next().isEmpty)
        #expect(queue.next(after: first).isEmpty)
        #expect(queue.next(after: second).count == 1)
    }
}

extension [PendingWrite] {
    fileprivate var names: [String] {
        map { if case .key(let name) = $0.order { name } else { "alone" } }
    }
}

extension Scratch {
    /// Holds the writer until all items wait. Returns the results in the order given.
    func together<Item: Sendable & CustomStringConvertible, Value: Sendable>(
        _ items: [Item], by set: BatchWrite<Item, Value>
    ) async -> [Result<Value, any Error>] {
        await together(pending: items.map { item in { set.pending(item, order: .key(item.description), deliver: $0) } })
    }
}

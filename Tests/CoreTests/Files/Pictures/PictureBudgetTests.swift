@testable import Core
import Synchronization
import TestSupport
import Testing

struct PictureBudgetTests {
    @Test func `what is held together never exceeds the budget, and all get their turn`() async throws {
        let budget = PictureBudget(10, mostWaiting: 100)
        let held = Held()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for amount in 1...30 {
                group.addTask {
                    try await budget.hold(amount) {
                        held.add(min(amount, 10))
                        await Task.yield()
                        held.add(-min(amount, 10))
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(held.now == 0 && held.most <= 10)
        #expect(try await budget.hold(10) { true }, "everything is free again")
    }

    @Test func `a line that is too long is refused, and who is cancelled leaves it`() async throws {
        let budget = PictureBudget(1, mostWaiting: 1)
        let gate = Gate()
        let holder = Task { try await budget.hold(1) { await gate.pass() } }
        await gate.arrivals()
        let waiter = Task { try await budget.hold(1) {} }
        while budget.waiting == 0 { await Task.yield() }

        await #expect(throws: PictureBudget.Exhausted.self) { try await budget.hold(1) {} }
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        #expect(budget.waiting == 0)
        gate.open()
        try await holder.value
        #expect(try await budget.hold(1) { true })
    }

    @Test func `a large one at the front is not overtaken, and small ones move up when it leaves`() async throws {
        let budget = PictureBudget(2, mostWaiting: 9)
        let gate = Gate()
        let holder = Task { try await budget.hold(1) { await gate.pass() } }
        await gate.arrivals()
        let large = Task { try await budget.hold(2) {} }
        while budget.waiting == 0 { await Task.yield() }
        let small = Task { try await budget.hold(1) { true } }
        while budget.waiting == 1 { await Task.yield() }

        large.cancel()
        #expect(try await small.value)
        gate.open()
        try await holder.value
    }

    @Test func `work that fails gives back what it held`() async throws {
        let budget = PictureBudget(1, mostWaiting: 0)
        for _ in 0..<3 {
            await #expect(throws: Unexpected.self) { try await budget.hold(1) { throw Unexpected("no") } }
        }
        #expect(try await budget.hold(1) { true })
    }
}

/// How much is held, and the most that ever was.
private final class Held: Sendable {
    private let amounts = Mutex((now: 0, most: 0))

    func add(_ amount: Int) {
        amounts.withLock { $0 = ($0.now + amount, max($0.most, $0.now + amount)) }
    }

    var now: Int { amounts.withLock { $0.now } }
    var most: Int { amounts.withLock { $0.most } }
}

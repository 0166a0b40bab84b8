@testable import Core
import Synchronization
import Testing
import TestSupport

struct TurnQueueTests {
    private let turns = TurnQueue(atOnce: 2, mostWaiting: 2)
    private let gates = [Gate(), Gate()]

    @Test func `so many are at work at once, and the others come in their order`() async throws {
        let seen = Seen()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for gate in gates { group.addTask { try await turns.take { await gate.pass() } } }
            for gate in gates { await gate.arrivals() }
            for number in 0..<2 {
                group.addTask { try await turns.take { seen.add(number) } }
                while turns.waiting <= number { await Task.yield() }
            }
            #expect(seen.numbers.isEmpty)
            await #expect(throws: TurnQueue.Full()) { try await turns.take {} }

            gates[0].open()
            while seen.numbers.count < 2 { await Task.yield() }
            #expect(seen.numbers == [0, 1])
            gates[1].open()
            try await group.waitForAll()
        }
        #expect(turns.waiting == 0)
    }

    @Test func `who is cancelled while waiting is not run, and takes nobody's turn`() async throws {
        let one = TurnQueue(atOnce: 1, mostWaiting: 9)
        let gate = Gate()
        let first = Task { try await one.take { await gate.pass() } }
        await gate.arrivals()
        let cancelled = Task { try await one.take { Issue.record("it was run") } }
        while one.waiting < 1 { await Task.yield() }

        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(one.waiting == 0)
        gate.open()
        try await first.value
        #expect(try await one.take { 7 } == 7)
    }

    @Test func `a turn that fails is passed on`() async throws {
        let one = TurnQueue(atOnce: 1, mostWaiting: 0)
        for _ in 0..<3 {
            await #expect(throws: Unexpected.self) { try await one.take { throw Unexpected("broken") } }
        }
        #expect(try await one.take { 7 } == 7)
    }
}

private final class Seen: Sendable {
    private let state = Mutex<[Int]>([])

    var numbers: [Int] { state.withLock { $0 } }

    func add(_ number: Int) { state.withLock { $0.append(number) } }
}

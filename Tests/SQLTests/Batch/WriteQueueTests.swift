@testable import SQL
import Synchronization
import Testing

struct WriteQueueTests {
    @Test func `batches are bounded and keep the order of arrival`() {
        let queue = WriteQueue(limit: 100, batchLimit: 32)
        for number in 0..<70 { _ = queue.add(write(.key("\(number)"))) }

        let batches = [queue.next(), queue.next(), queue.next(), queue.next()]

        #expect(batches.map(\.count) == [32, 32, 6, 0])
        #expect(batches.flatMap { $0 }.map(\.order) == (0..<70).map { .key("\($0)") })
    }

    @Test func `past its limit a write is refused as busy, and those that wait remain`() {
        let queue = WriteQueue(limit: 2, batchLimit: 32)
        let refusals = Mutex([DatabaseError.Kind?]())

        for _ in 0..<5 { _ = queue.add(write { error in refusals.withLock { $0.append(error) } }) }

        #expect(refusals.withLock { $0 } == [.busy, .busy, .busy])
        #expect(queue.next().count == 2)
    }

    @Test func `one at a time drains, and an empty queue ends it`() {
        let queue = WriteQueue()

        #expect(queue.add(write()))
        #expect(!queue.add(write()))
        #expect(queue.next().count == 2)
        #expect(!queue.add(write()))
        #expect(queue.next().count == 1)
        #expect(queue.next().isEmpty)
        #expect(queue.add(write()))
    }

    @Test func `what locks for several owners is a batch of its own, and goes when its turn comes`() {
        let queue = WriteQueue(batchLimit: 32)
        for order in [.key("a"), .alone, .key("b"), .alone] as [LockOrder] { _ = queue.add(write(order)) }

        #expect((0..<4).map { _ in queue.next().map(\.order) } == [[.key("a"), .key("b")], [.alone], [.alone], []])
    }

    @Test func `if there is one writer, all share`() {
        let queue = WriteQueue(batchLimit: 32, sharesAll: true)
        for order in [.key("a"), .alone, .key("b")] as [LockOrder] { _ = queue.add(write(order)) }

        #expect(queue.next().count == 3)
    }

    @Test func `a closed queue accepts nothing and still returns what waits`() {
        let queue = WriteQueue()
        let refusals = Mutex([DatabaseError.Kind?]())
        _ = queue.add(write())

        queue.close()
        _ = queue.add(write { error in refusals.withLock { $0.append(error) } })

        #expect(refusals.withLock { $0 } == [.unavailable])
        #expect(queue.next().count == 1)
    }

    private func write(
        _ order: LockOrder = .key(""), refused: @escaping @Sendable (DatabaseError.Kind?) -> Void = { _ in }
    ) -> PendingWrite {
        PendingWrite(order: order, body: { _ in }) { refused(($0.error as? DatabaseError)?.kind) }
    }
}

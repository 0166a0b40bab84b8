@testable import SQL
import Synchronization
import Testing

/// What is asked of a connection, on one that only writes it down.
struct BatchTests {
    @Test func `a batch is begun and committed once`() {
        let connection = RecordingConnection()

        connection.perform((0..<10).map { _ in write { _ in } })

        #expect(connection.calls == ["begin", "commit"])
    }

    @Test func `a batch with a faulty closure is rolled back, and then each has a transaction of its own`() {
        let connection = RecordingConnection()

        connection.perform([write { _ in }, write { try $0.execute("fail") }, write { _ in }])

        #expect(connection.calls == ["begin", "rollback", "begin", "commit", "begin", "rollback", "begin", "commit"])
    }

    @Test func `a database that cannot begin is asked once for the whole batch, and all hear of it`() {
        let connection = RecordingConnection(failing: "begin")
        let heard = Mutex(0)

        connection.perform((0..<10).map { _ in write({ _ in }, heard: { heard.withLock { $0 += 1 } }) })

        #expect(connection.calls == ["begin"])
        #expect(heard.withLock { $0 } == 10)
    }

    @Test func `nobody hears of success when the commit fails`() {
        let connection = RecordingConnection(failing: "commit")
        let successes = Mutex(0)
        let failures = Mutex(0)

        connection.perform((0..<3).map { _ in
            PendingWrite(order: "", body: { _ in }) { result in
                if result.error == nil { successes.withLock { $0 += 1 } } else { failures.withLock { $0 += 1 } }
            }
        })

        #expect(successes.withLock { $0 } == 0)
        #expect(failures.withLock { $0 } == 3)
        #expect(connection.calls.count { $0 == "commit" } == 4)
        #expect(connection.calls.count { $0 == "rollback" } == 4)
    }

    private func write(
        _ body: @escaping @Sendable (Transaction) throws -> Void, heard: @escaping @Sendable () -> Void = {}
    ) -> PendingWrite {
        PendingWrite(order: "", body: body) { _ in heard() }
    }
}

private final class RecordingConnection: WriteConnection {
    private(set) var calls: [String] = []
    private let failing: String?
    let dialect = Dialect.sqlite

    init(failing: String? = nil) {
        self.failing = failing
    }

    func begin() throws(DatabaseError) { try call("begin") }
    func commit() throws(DatabaseError) { try call("commit") }
    func rollBack() { calls.append("rollback") }
    func runScript(_ text: String) throws(DatabaseError) {}

    func run(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) -> StatementOutcome {
        throw DatabaseError(.other, "this one fails")
    }

    private func call(_ name: String) throws(DatabaseError) {
        calls.append(name)
        if name == failing { throw DatabaseError(.busy, "\(name) fails") }
    }
}

@testable import SQL
import Synchronization
import Testing

/// The calls that a connection receives, on one that only records them.
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

    @Test func `a database that cannot begin is tried once for the whole batch, and all writes fail`() {
        let connection = RecordingConnection(failing: "begin")
        let received = Mutex(0)

        connection.perform((0..<10).map { _ in write({ _ in }, received: { received.withLock { $0 += 1 } }) })

        #expect(connection.calls == ["begin"])
        #expect(received.withLock { $0 } == 10)
    }

    /// What is full or unavailable for the batch is so for each write; a check at the commit may concern only one
    /// closure.
    @Test(arguments: [(DatabaseError.Kind.full, 1), (.unavailable, 1), (.foreignKey, 4), (.conflict, 25)])
    func `no write succeeds if the commit fails`(as kind: DatabaseError.Kind, commits: Int) {
        let connection = RecordingConnection(failing: "commit", as: kind)
        let successes = Mutex(0)
        let failures = Mutex(0)

        connection.perform((0..<3).map { _ in
            PendingWrite(order: .key(""), body: { _ in }) { result in
                if result.error == nil { successes.withLock { $0 += 1 } } else { failures.withLock { $0 += 1 } }
            }
        })

        #expect(successes.withLock { $0 } == 0)
        #expect(failures.withLock { $0 } == 3)
        #expect(connection.calls.count { $0 == "commit" } == commits)
        #expect(connection.calls.count { $0 == "rollback" } == commits)
    }

    private func write(
        _ body: @escaping @Sendable (Transaction) throws -> Void, received: @escaping @Sendable () -> Void = {}
    ) -> PendingWrite {
        PendingWrite(order: .key(""), body: body) { _ in received() }
    }
}

private final class RecordingConnection: WriteConnection {
    private(set) var calls: [String] = []
    private let failing: String?
    private let kind: DatabaseError.Kind
    let dialect = Dialect.sqlite

    init(failing: String? = nil, as kind: DatabaseError.Kind = .busy) {
        self.failing = failing
        self.kind = kind
    }

    func begin() throws(DatabaseError) { try call("begin") }
    func commit() throws(DatabaseError) { try call("commit") }
    func rollBack() { calls.append("rollback") }
    func pause(_ attempt: Int) {}
    func runScript(_ text: String) throws(DatabaseError) {}

    func run(_ statement: Statement, _ values: [SQLValue]) throws(DatabaseError) -> StatementOutcome {
        throw DatabaseError(.other, "this one fails")
    }

    private func call(_ name: String) throws(DatabaseError) {
        calls.append(name)
        if name == failing { throw DatabaseError(kind, "\(name) fails") }
    }
}

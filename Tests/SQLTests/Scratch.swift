import Dispatch
@testable import SQL
import TestSupport

/// A database of its own with one small table, and a way to make writes arrive together.
struct Scratch {
    let engine: TestEngine
    let folder: TemporaryFolder
    let database: Database
    var path: String { folder.path + "/scratch.sqlite" }

    /// With one connection that writes, so that writes that wait for it arrive together.
    init(_ engine: TestEngine = .sqlite) async throws {
        self.engine = engine
        folder = try TemporaryFolder()
        switch engine {
        case .sqlite: database = Database(try SQLiteEngine(path: folder.path + "/scratch.sqlite"))
        case .postgres:
            database = Database(try PostgresEngine(url: try await TestEngine.newPostgres(), writers: 1, readers: 1))
        }
        try await script("CREATE TABLE notes (id {text} PRIMARY KEY, number {integer}) {strict}")
    }

    func script(_ text: String) async throws {
        try await database.write(order: .alone) { try $0.runScript($0.dialect.expandingTypes(in: text)) }
    }

    struct Write<Value: Sendable>: Sendable {
        var order = LockOrder.key("")
        let body: @Sendable (Transaction) throws -> Value
    }

    /// Holds the writer until all of them wait, so that they surely arrive together. Returns the results in the order
    /// given.
    func together<Value: Sendable>(_ writes: [Write<Value>]) async -> [Result<Value, any Error>] {
        await together(
            pending: writes.map { write in { PendingWrite(order: write.order, body: write.body, deliver: $0) } })
    }

    /// - Parameter writes: Each makes a write that passes its result to the given closure.
    func together<Value: Sendable>(
        pending writes: [(@escaping @Sendable (Result<Value, any Error>) -> Void) -> PendingWrite]
    ) async -> [Result<Value, any Error>] {
        let gate = DispatchSemaphore(value: 0)
        await withCheckedContinuation { isHeld in
            database.engine.write(PendingWrite(order: .key(""), body: { _ in
                isHeld.resume()
                gate.wait()
            }, deliver: { _ in }))
        }
        let (arrivals, continuation) = AsyncStream.makeStream(of: (Int, Result<Value, any Error>).self)
        for (index, write) in writes.enumerated() {
            database.engine.write(write { continuation.yield((index, $0)) })
        }
        gate.signal()
        var results: [Int: Result<Value, any Error>] = [:]
        for await (index, result) in arrivals {
            results[index] = result
            if results.count == writes.count { break }
        }
        return writes.indices.compactMap { results[$0] }
    }

    func ids() async throws -> [String] {
        try await database.read { try $0.query("SELECT id FROM notes ORDER BY id").map { try $0.get("id") } }
    }
}

extension Transaction {
    func note(_ id: String, _ number: Int? = nil) throws(DatabaseError) {
        try execute("INSERT INTO notes (id, number) VALUES ($1, $2)", id, number)
    }

    func countNotes() throws(DatabaseError) -> Int {
        try queryOne("SELECT COUNT(*) AS count FROM notes")?.get("count") ?? 0
    }
}

/// A refusal by a closure, as a rule of the product would throw it.
struct Refused: Error, Equatable {}

extension Result {
    var value: Success? { try? get() }
    var error: (any Error)? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}

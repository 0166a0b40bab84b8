@testable import SQL
import Synchronization
import Testing
import TestSupport

struct BatchReadTests {
    @Test(arguments: TestEngine.available)
    func `calls during a read are served together, each with its own value`(on engine: TestEngine) async throws {
        let scratch = try await Scratch(engine)
        let sizes = Mutex([Int]())
        let gate = Gate()
        let set = BatchRead<Int, Int>(scratch.database) { _, items in
            sizes.withLock { $0.append(items.count) }
            return items.map { $0 * 2 }
        }
        let blocking = BatchRead<Int, Int>(
            Database(GatedEngine(engine: scratch.database.engine, gate: gate))
        ) { transaction, items in
            sizes.withLock { $0.append(items.count) }
            return items.map { $0 * 2 }
        }

        #expect(try await set(21) == 42)
        let values = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for number in 0..<40 { group.addTask { (number, try await blocking(number)) } }
            await gate.arrivals()
            gate.open()
            return try await group.reduce(into: [Int: Int]()) { $0[$1.0] = $1.1 }
        }

        #expect(values == Dictionary(uniqueKeysWithValues: (0..<40).map { ($0, $0 * 2) }))
        #expect(sizes.withLock { $0.reduce(0, +) } == 41)
        #expect(sizes.withLock { $0.max() ?? 0 } <= 32)
    }

    @Test func `a read that fails fails for all callers that waited for it, and the next one works`() async throws {
        let scratch = try await Scratch()
        let set = BatchRead<Int, Int>(scratch.database) { _, items in
            if items.contains(0) { throw Refused() }
            return items
        }

        await #expect(throws: Refused.self) { try await set(0) }
        #expect(try await set(1) == 1)
    }
}

/// Reads wait at the gate.
private struct GatedEngine: Engine {
    let engine: any Engine
    let gate: Gate

    var dialect: Dialect { engine.dialect }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        await gate.pass()
        return try await engine.read(body)
    }

    func write(_ pending: PendingWrite) { engine.write(pending) }
    func version() async throws -> String { try await engine.version() }
    func close() async { await engine.close() }
}

import Core
import SQL
import Synchronization
import Testing
import TestSupport
@testable import Web

struct ReadinessCheckTests {
    private let time = FakeTime()
    private let folder: TemporaryFolder
    private let database: WatchedEngine
    private let check: ReadinessCheck

    init() throws {
        folder = try TemporaryFolder()
        database = WatchedEngine(try SQLiteEngine(path: folder.path + "/a.sqlite"))
        check = ReadinessCheck(
            database: Database(database), store: try LocalFileStore(folder: folder.path + "/files"),
            readiness: Readiness(), time: time.time)
    }

    @Test func `requests at the same time cost one check, whose result is reused for a second`() async {
        let results = await withTaskGroup(of: [String: String].self) { group in
            for _ in 0..<100 { group.addTask { await check() } }
            return await group.reduce(into: Set()) { $0.insert($1) }
        }
        _ = await check()
        let reads = database.reads
        time.advance(by: .seconds(1))
        _ = await check()

        #expect(results == [["database": "ok", "files": "ok", "server": "ok"]])
        #expect(reads == 1)
        #expect(database.reads == 2)
    }

    @Test func `a database that hangs is away, and nobody waits for it longer than two seconds`() async {
        database.hangs = true
        let first = Task { [time] in (await check(), time.now) }
        let clock = Task { [time] in
            while !Task.isCancelled {
                time.advance(by: .milliseconds(100))
                await Task.yield()
            }
        }
        let (parts, _) = await first.value
        clock.cancel()
        _ = await clock.value

        // That check is still running, so this one returns at once.
        time.advance(by: .seconds(2))
        let second = await check()
        #expect(parts["database"] == "unavailable" && second["database"] == "unavailable")
        #expect(database.reads == 1)

        database.hangs = false
        let afterwards = await until { $0["database"] == "ok" }
        #expect(afterwards["files"] == "ok")
    }

    @Test func `a part that fails is away, and ok again a second after it recovers`() async {
        database.fails = true
        let away = await check()
        database.fails = false
        let reused = await check()
        time.advance(by: .seconds(1))

        #expect(away["database"] == "unavailable" && away["files"] == "ok")
        #expect(reused == away)
        #expect(await check()["database"] == "ok")
    }

    private func until(_ isReached: ([String: String]) -> Bool) async -> [String: String] {
        while true {
            let parts = await check()
            if isReached(parts) { return parts }
            time.advance(by: .seconds(1))
            await Task.yield()
        }
    }
}

/// Counts reads, and can make them fail or hang.
private final class WatchedEngine: SQL.Engine {
    private struct State {
        var reads = 0
        var fails = false
        var hangs = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let engine: SQLiteEngine
    private let state = Mutex(State())

    init(_ engine: SQLiteEngine) {
        self.engine = engine
    }

    var dialect: Dialect { engine.dialect }
    var reads: Int { state.withLock { $0.reads } }

    var fails: Bool {
        get { state.withLock { $0.fails } }
        set { state.withLock { $0.fails = newValue } }
    }

    var hangs: Bool {
        get { state.withLock { $0.hangs } }
        set {
            let freed = state.withLock { state in
                state.hangs = newValue
                defer { if !newValue { state.held = [] } }
                return newValue ? [] : state.held
            }
            for continuation in freed { continuation.resume() }
        }
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        state.withLock { $0.reads += 1 }
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.hangs { state.held.append(continuation) }
                return !state.hangs
            }
            if goesOn { continuation.resume() }
        }
        if fails { throw DatabaseError(.unavailable, "away") }
        return try await engine.read(body)
    }

    func write(_ pending: PendingWrite) { engine.write(pending) }
    func version() async throws -> String { try await engine.version() }
    func close() async { await engine.close() }
}

import Core
import SQL

/// Checks the parts that a request needs. A result is reused for a second, so that any number of requests cost one
/// check, and none waits for it longer than `timeout`: a part that does not respond is away.
actor ReadinessCheck {
    typealias Parts = [String: String]

    static let ok = "ok"
    static let lifetime = Duration.seconds(1)
    static let timeout = Duration.seconds(2)

    private let database: Database
    private let store: any FileStore
    private let readiness: Readiness
    private let time: Time
    private var last: (parts: Parts, at: Instant)?
    /// When the check that is running now began.
    private var checkingSince: Instant?
    private var waiting: [AsyncStream<Parts>.Continuation] = []

    init(database: Database, store: any FileStore, readiness: Readiness, time: Time) {
        self.database = database
        self.store = store
        self.readiness = readiness
        self.time = time
    }

    /// Each part by its name: `ok`, or what is wrong with it.
    func callAsFunction() async -> Parts {
        var parts = await known()
        parts["server"] = readiness.isShuttingDown ? "shutting down" : Self.ok
        return parts
    }

    private func known() async -> Parts {
        if let last, time.now() - last.at < Self.lifetime { return last.parts }
        if let checkingSince, time.now() - checkingSince >= Self.timeout { return Self.noResponse }
        let (results, waiter) = AsyncStream.makeStream(of: Parts.self, bufferingPolicy: .bufferingNewest(1))
        waiting.append(waiter)
        if checkingSince == nil { begin() }
        return await first(of: results)
    }

    private static let noResponse: Parts = ["database": "unavailable", "files": "unknown"]

    /// In a task that nobody awaits: a database that hangs cannot be cancelled, and the requests do not wait for it.
    private func begin() {
        checkingSince = time.now()
        Task { end(await checked()) }
    }

    private func end(_ parts: Parts) {
        last = (parts, time.now())
        checkingSince = nil
        for waiter in waiting {
            waiter.yield(parts)
            waiter.finish()
        }
        waiting = []
    }

    private nonisolated func first(of results: AsyncStream<Parts>) async -> Parts {
        await withTaskGroup(of: Parts?.self) { group in
            group.addTask { await results.first { _ in true } }
            group.addTask { [time] in
                do { try await time.sleep(Self.timeout) } catch { return nil }
                return Self.noResponse
            }
            let parts = await group.next() ?? nil
            group.cancelAll()
            return parts ?? Self.noResponse
        }
    }

    private nonisolated func checked() async -> Parts {
        async let files = self.files()
        return await ["database": databaseState(), "files": files]
    }

    private nonisolated func databaseState() async -> String {
        do {
            return try await database.read { try $0.queryOne("SELECT 1 AS one") } == nil ? "unavailable" : Self.ok
        } catch {
            return "unavailable"
        }
    }

    private nonisolated func files() async -> String {
        do {
            _ = try await store.check()
            return Self.ok
        } catch {
            return "not writable"
        }
    }
}

package import Core
package import SQL

/// Looks at the parts that a request needs. A look is remembered for a second, so that any number of those who ask cost one
/// look, and nobody waits for it longer than `patience`: what does not answer is away.
package actor PartsCheck {
    package typealias Parts = [String: String]

    package static let ok = "ok"
    static let memory = Duration.seconds(1)
    static let patience = Duration.seconds(2)

    private let database: Database
    private let store: any FileStore
    private let readiness: Readiness
    private let time: Time
    private var last: (parts: Parts, at: Instant)?
    /// When the look that goes on now began.
    private var lookingSince: Instant?
    private var waiting: [AsyncStream<Parts>.Continuation] = []

    package init(database: Database, store: any FileStore, readiness: Readiness, time: Time) {
        self.database = database
        self.store = store
        self.readiness = readiness
        self.time = time
    }

    /// Each part by its name: `ok`, or what is wrong with it.
    package func callAsFunction() async -> Parts {
        var parts = await known()
        parts["server"] = readiness.isShuttingDown ? "shutting down" : Self.ok
        return parts
    }

    private func known() async -> Parts {
        if let last, time.now() - last.at < Self.memory { return last.parts }
        if let lookingSince, time.now() - lookingSince >= Self.patience { return Self.silence }
        let (looks, waiter) = AsyncStream.makeStream(of: Parts.self, bufferingPolicy: .bufferingNewest(1))
        waiting.append(waiter)
        if lookingSince == nil { begin() }
        return await first(of: looks)
    }

    private static let silence: Parts = ["database": "away", "files": "unknown"]

    /// A task of nobody's: a database that hangs cannot be cancelled, and whoever asked does not wait for it.
    private func begin() {
        lookingSince = time.now()
        Task { end(await look()) }
    }

    private func end(_ parts: Parts) {
        last = (parts, time.now())
        lookingSince = nil
        for waiter in waiting {
            waiter.yield(parts)
            waiter.finish()
        }
        waiting = []
    }

    private nonisolated func first(of looks: AsyncStream<Parts>) async -> Parts {
        await withTaskGroup(of: Parts?.self) { group in
            group.addTask { await looks.first { _ in true } }
            group.addTask { [time] in
                do { try await time.sleep(Self.patience) } catch { return nil }
                return Self.silence
            }
            let parts = await group.next() ?? nil
            group.cancelAll()
            return parts ?? Self.silence
        }
    }

    private nonisolated func look() async -> Parts {
        async let files = self.files()
        return await ["database": databaseState(), "files": files]
    }

    private nonisolated func databaseState() async -> String {
        do {
            return try await database.read { try $0.queryOne("SELECT 1 AS one") } == nil ? "away" : Self.ok
        } catch {
            return "away"
        }
    }

    private nonisolated func files() async -> String {
        do {
            _ = try await store.check()
            return Self.ok
        } catch {
            return "cannot be written"
        }
    }
}

import Core
import Logging
import SQL
import Synchronization
import Testing
import TestSupport

struct WakeUpTests {
    private let account = ID<Account>.make(at: Instant(seconds: 1))
    private let other = ID<Account>.make(at: Instant(seconds: 2))

    @Test func `a change wakes the watchers of its account, and a worker`() {
        let wakeUp = WakeUp()
        let woken = Woken()
        for (name, account) in [("one", account), ("two", account), ("other", other), ("worker", nil)] {
            _ = wakeUp.onChange(of: account) { woken.add(name) }
        }

        wakeUp.jobs(of: account)

        #expect(woken.take() == ["one", "two", "worker"])
    }

    @Test func `what is only to be shown wakes no worker, and work wakes no watcher`() {
        let wakeUp = WakeUp()
        let woken = Woken()
        for (name, account) in [("watcher", account), ("worker", nil)] {
            _ = wakeUp.onChange(of: account) { woken.add(name) }
        }

        wakeUp.watchers(of: account)
        let shown = woken.take()
        wakeUp.workers()

        #expect(shown == ["watcher"])
        #expect(woken.take() == ["worker"])
    }

    @Test func `a forgotten watcher is no longer woken`() {
        let wakeUp = WakeUp()
        let woken = Woken()
        let tokens = [account, nil].map { wakeUp.onChange(of: $0) { woken.add("forgotten") } }
        _ = wakeUp.onChange(of: account) { woken.add("watcher") }

        for token in tokens { wakeUp.forget(token) }
        wakeUp.jobs(of: account)

        #expect(woken.take() == ["watcher"])
    }

    @Test(arguments: TestEngine.available)
    func `a change on one node wakes the watchers of its account on another`(on engine: TestEngine) async throws {
        try await withNodes(engine) { databases in
            let (here, there) = (WakeUp(across: databases[0]), WakeUp(across: databases[1]))
            let changes = there.listen(to: account)

            // A listener may begin to listen a moment later than the node begins to notify.
            try await repeating({ try await change(databases[0]); here.jobs(of: account) }) {
                for await _ in changes { break }
            }
        }
    }

    @Test func `over PostgreSQL a change wakes no watcher of another account, and sends nothing twice`() async throws {
        guard TestEngine.available.contains(.postgres) else { return }
        try await withNodes(.postgres) { databases in
            let (here, there) = (WakeUp(across: databases[0]), WakeUp(across: databases[1]))
            let warm = ID<Account>.make(at: Instant(seconds: 4))
            for (one, two) in [(here, there), (there, here)] {
                let changes = two.listen(to: warm)
                try await repeating({ one.jobs(of: warm) }) { for await _ in changes { break } }
            }
            let woken = Woken()
            _ = there.onChange(of: other) { woken.add("other") }
            _ = here.onChange(of: account) { woken.add("here") }
            let last = ID<Account>.make(at: Instant(seconds: 3))
            let marker = there.listen(to: last)

            here.watchers(of: account)
            here.watchers(of: last)
            for await _ in marker { break }

            #expect(woken.take() == ["here"])
        }
    }

    /// A change on a node without a notification, so that a node on SQLite finds something changed.
    private func change(_ database: Database) async throws {
        try await database.write(order: .alone) {
            _ = try $0.execute("UPDATE plans SET weight = weight + 1 WHERE name = 'free'")
        }
    }

    private func repeating(
        _ act: @escaping @Sendable () async throws -> Void, until body: @escaping @Sendable () async -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { await body(); return true }
            group.addTask {
                while !Task.isCancelled {
                    try await act()
                    try await Time.system.sleep(.milliseconds(20))
                }
                return false
            }
            _ = try await group.next()
            group.cancelAll()
            while let _ = await group.nextResult() {}
        }
    }

    private func withNodes(_ engine: TestEngine, _ body: ([Database]) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let databases = try await engine.nodes(2, in: folder.path)
        try await body(databases)
        for database in databases { await database.close() }
    }
}

private final class Woken: Sendable {
    private let names = Mutex<[String]>([])

    func add(_ name: String) { names.withLock { $0.append(name) } }

    func take() -> [String] {
        names.withLock { names in
            defer { names = [] }
            return names.sorted()
        }
    }
}

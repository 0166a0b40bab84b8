import Core
import Logging
import SQL
import Synchronization
import Testing
import TestSupport

struct NotifierTests {
    private let account = ID<Account>.make(at: Instant(seconds: 1))
    private let other = ID<Account>.make(at: Instant(seconds: 2))

    @Test(arguments: TestEngine.available)
    func `a committed change wakes those who watch its account, and a worker where there is work`(
        on engine: TestEngine
    ) async throws {
        try await withNodes(engine) { databases in
            let notifier = Notifier(databases[0], acrossProcesses: false)
            let woken = Woken()
            for (name, account) in [("one", account), ("two", account), ("other", other), ("worker", nil)] {
                _ = notifier.onChange(of: account) { woken.add(name) }
            }

            try await databases[0].write(order: .alone) { $0.notifyAfterCommit(account) }
            let shown = woken.take()
            try await databases[0].write(order: .alone) { transaction in
                transaction.notifyAfterCommit(account)
                transaction.notifyAfterCommit(account)
                transaction.notifyWorkersAfterCommit()
            }

            #expect(shown == ["one", "two"])
            #expect(woken.take() == ["one", "two", "worker"])
        }
    }

    @Test(arguments: TestEngine.available)
    func `what is rolled back wakes nobody, and those who shared its transaction are woken by their own change`(
        on engine: TestEngine
    ) async throws {
        try await withNodes(engine) { databases in
            let notifier = Notifier(databases[0], acrossProcesses: false)
            let woken = Woken()
            for (name, account) in [("account", account), ("other", other)] {
                _ = notifier.onChange(of: account) { woken.add(name) }
            }

            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try? await databases[0].write(order: .key("\(number)")) { transaction in
                            transaction.notifyAfterCommit(number == 7 ? account : other)
                            try transaction.execute("UPDATE plans SET weight = weight WHERE name = 'free'")
                            if number == 7 { throw Unexpected("rolled back") }
                        }
                    }
                }
                try await group.waitForAll()
            }

            #expect(Set(woken.take()) == ["other"])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a forgotten watcher is no longer woken`(on engine: TestEngine) async throws {
        try await withNodes(engine) { databases in
            let notifier = Notifier(databases[0], acrossProcesses: false)
            let woken = Woken()
            let tokens = [account, nil].map { notifier.onChange(of: $0) { woken.add("forgotten") } }
            _ = notifier.onChange(of: account) { woken.add("watcher") }

            for token in tokens { notifier.forget(token) }
            try await notify(databases[0], account)

            #expect(woken.take() == ["watcher"])
        }
    }

    @Test(arguments: TestEngine.available)
    func `a change on one node wakes the watchers of its account on another`(on engine: TestEngine) async throws {
        try await withNodes(engine) { databases in
            let (here, there) = (Notifier(databases[0]), Notifier(databases[1]))
            let changes = there.listen(to: account)

            // A listener may begin to listen a moment later than the node begins to send.
            try await repeating({ try await change(databases[0]); try await notify(databases[0], account) }) {
                for await _ in changes { break }
            }
            withExtendedLifetime(here) {}
        }
    }

    @Test func `over PostgreSQL a change wakes no watcher of another account, and is sent once`() async throws {
        guard TestEngine.available.contains(.postgres) else { return }
        try await withNodes(.postgres) { databases in
            let (here, there) = (Notifier(databases[0]), Notifier(databases[1]))
            let warm = ID<Account>.make(at: Instant(seconds: 4))
            for (one, two) in [(databases[0], there), (databases[1], here)] {
                let changes = two.listen(to: warm)
                try await repeating({ try await notify(one, warm) }) { for await _ in changes { break } }
            }
            let woken = Woken()
            _ = there.onChange(of: other) { woken.add("other") }
            _ = here.onChange(of: account) { woken.add("here") }
            let last = ID<Account>.make(at: Instant(seconds: 3))
            let marker = there.listen(to: last)

            try await notify(databases[0], account)
            try await notify(databases[0], last)
            for await _ in marker { break }

            #expect(woken.take() == ["here"])
        }
    }

    @Test(arguments: [true, false])
    func `a database is freed although a notifier was made for it`(acrossProcesses: Bool) async throws {
        let folder = try TemporaryFolder()
        weak var engine: SQLiteEngine?

        try await {
            let made = try SQLiteEngine(path: folder.path + "/darkroom.sqlite")
            engine = made
            let database = Database(made)
            withExtendedLifetime(Notifier(database, acrossProcesses: acrossProcesses)) {}
            await database.close()
        }()

        // A timer that looks for changes may be about to end.
        for _ in 0..<500 where engine != nil { try await Time.system.sleep(.milliseconds(10)) }
        #expect(engine == nil)
    }

    private func notify(_ database: Database, _ account: ID<Account>) async throws {
        try await database.write(order: .alone) { $0.notifyAfterCommit(account) }
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

/// The names of those that were woken.
final class Woken: Sendable {
    private let names = Mutex<[String]>([])

    func add(_ name: String) { names.withLock { $0.append(name) } }

    func take() -> [String] {
        names.withLock { names in
            defer { names = [] }
            return names.sorted()
        }
    }
}

import Dispatch
import GRDB
import Synchronization

/// Notices that another process has committed, by a number that SQLite maintains for each connection (`PRAGMA
/// data_version`). It shows that something changed but not what. The writer's connection is asked, whose own commits do
/// not count.
final class SQLiteChanges: Sendable {
    private static let interval = DispatchTimeInterval.milliseconds(200)

    private let pool: DatabasePool
    private let isClosed: @Sendable () -> Bool
    private let isWanted: @Sendable () -> Bool
    private let receive: @Sendable (DatabaseNotification) -> Void
    private let timer = DispatchQueue(label: "darkroom.sqlite.changes")
    private let last = Mutex<Int64?>(nil)

    init(
        _ pool: DatabasePool, isClosed: @escaping @Sendable () -> Bool, isWanted: @escaping @Sendable () -> Bool,
        receive: @escaping @Sendable (DatabaseNotification) -> Void
    ) {
        self.pool = pool
        self.isClosed = isClosed
        self.isWanted = isWanted
        self.receive = receive
    }

    /// Polls until the engine is closed.
    func start() {
        timer.asyncAfter(deadline: .now() + SQLiteChanges.interval) { [self] in
            guard !isClosed() else { return }
            guard isWanted() else { return start() }
            pool.asyncWriteWithoutTransaction { [self] database in
                look(database)
                start()
            }
        }
    }

    private func look(_ database: GRDB.Database) {
        // A failed poll does no harm: the next comes soon.
        guard let version = try? Int64.fetchOne(database, sql: "PRAGMA data_version") else { return }
        let isChanged = last.withLock { last in
            defer { last = version }
            return last != version
        }
        if isChanged { receive(.anything) }
    }
}

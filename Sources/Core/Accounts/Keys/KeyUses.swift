package import SQL
import Synchronization

/// When each key was last used: noted in memory while a request is handled, stored by `runOnce`. Once a minute is
/// enough for its owner to see which keys are in use.
package final class KeyUses: Sendable {
    package static let interval = Duration.seconds(60)
    /// Beyond this number, further keys are ignored until the next run.
    private static let limit = 100_000

    private let database: Database
    private let noted = Mutex<[ID<APIKey>: Instant]>([:])

    package init(database: Database) {
        self.database = database
    }

    func note(_ key: ID<APIKey>, at now: Instant) {
        noted.withLock { noted in
            guard noted.count < Self.limit || noted[key] != nil else { return }
            noted[key] = now
        }
    }

    /// Call once every `interval`, and once more at the end. What could not be stored is noted again at the next use.
    package func runOnce() async throws {
        let uses = noted.withLock { noted in
            defer { noted = [:] }
            return noted
        }
        guard !uses.isEmpty else { return }
        try await database.write(order: .alone) { transaction in
            for (key, instant) in uses.sorted(by: { $0.key < $1.key }) {
                try transaction.accounts.noteUse(of: key, at: instant)
            }
        }
    }
}

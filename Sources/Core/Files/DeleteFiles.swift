package import Logging
package import SQL

/// Removes the bytes of files that nobody owns any more: deleted ones, and those that a crash left without a row.
package struct DeleteFiles: Sendable {
    private let database: Database
    private let store: any FileStore
    private let time: Time
    private let logger: Logger
    private let batch: Int

    package init(database: Database, store: any FileStore, time: Time, logger: Logger, batch: Int = 100) {
        self.database = database
        self.store = store
        self.time = time
        self.logger = logger
        self.batch = batch
    }

    /// Of batches in a run.
    private static let limit = 100

    /// Removes all that are due, batch by batch: many assets can be deleted at once. Returns how many files were
    /// removed.
    @discardableResult
    package func run() async throws -> Int {
        var removed = 0
        for _ in 0..<Self.limit {
            let count = try await runOnce()
            removed += count
            if count < batch || Task.isCancelled { break }
        }
        return removed
    }

    /// Returns how many files were removed. One that cannot be removed now is tried again: after a minute, then after
    /// twice as long each time, up to a day.
    @discardableResult
    package func runOnce() async throws -> Int {
        let now = time.now()
        // Should this process die here, another claims them after that long.
        let claimed = try await database.write(order: .alone) { [batch] in
            try $0.files.claimFileDeletions(batch, now: now, retryAt: now + .seconds(600))
        }
        var removed = 0
        for deletion in claimed {
            do {
                try await RemoveFile(database: database, store: store)(deletion.key)
                removed += 1
            } catch {
                logger.warning("file not removed; trying again later", metadata: [
                    "key": "\(deletion.key)", "tries": "\(deletion.tries)", "error": "\(error)",
                ])
                let retryAt = now + Self.wait(after: deletion.tries)
                try await database.write(order: .alone) { try $0.files.putOffFileDeletion(deletion.key, to: retryAt) }
            }
        }
        return removed
    }

    static func wait(after tries: Int) -> Duration {
        .seconds(min(60 << min(max(tries, 1) - 1, 11), 86_400))
    }
}

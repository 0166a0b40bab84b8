import Core
import Logging
import SQL
import ServiceLifecycle

/// Deletes old files and old requests, every ten minutes.
struct Cleanup: Service {
    let database: Database
    let files: FileHost
    let threads: PictureThreads
    let requestLifetime: Duration
    let time: Time
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await runOnce()
                    try await time.sleep(.seconds(600))
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("old files not removed", metadata: ["error": "\(error)"])
                    do { try await time.sleep(.seconds(60)) } catch { return }
                }
            }
        }
    }

    func runOnce() async throws {
        let now = time.now()
        try await threads.run { try files.clean(now: now) }
        let before = now - requestLifetime
        while try await database.write(order: .alone, { try $0.deleteRequests(endedBefore: before) }) > 0 {}
    }
}

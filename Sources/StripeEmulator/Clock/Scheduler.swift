import Core
import Logging
import SQL
import ServiceLifecycle

/// Lets what is due by the stand-in's own clock happen, and forgets old answers.
struct Scheduler: Service {
    let standIn: Emulator
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await runOnce()
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("the stand-in's clock stands still", metadata: ["error": "\(error)"])
                }
                do { try await standIn.time.sleep(.seconds(1)) } catch { return }
            }
        }
    }

    func runOnce() async throws {
        let dayAgo = standIn.time.now() - .seconds(86_400)
        let isDue = try await standIn.read { desk in
            try desk.transaction.firstDue(by: nil, until: desk.now) != nil || desk.transaction.hasAnswers(keptBefore: dayAgo)
        }
        guard isDue else { return }
        try await standIn.write { desk in
            _ = try desk.advance(clock: nil, until: desk.now, from: 0, steps: 100)
            try desk.transaction.deleteAnswers(keptBefore: dayAgo)
        }
    }
}

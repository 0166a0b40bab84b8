import Core
import Logging
import SQL
import ServiceLifecycle

/// Runs what is due by the Stripe emulator's own clock, and deletes old stored responses.
struct Scheduler: Service {
    let emulator: Emulator
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await runOnce()
                } catch is CancellationError {
                    return
                } catch {
                    logger.error("clock of the Stripe emulator not advanced", metadata: ["error": "\(error)"])
                }
                do { try await emulator.time.sleep(.seconds(1)) } catch { return }
            }
        }
    }

    func runOnce() async throws {
        let dayAgo = emulator.time.now() - .seconds(86_400)
        let isDue = try await emulator.read { store in
            try store.transaction.firstDue(by: nil, until: store.now) != nil
                || store.transaction.hasResponses(storedBefore: dayAgo)
        }
        guard isDue else { return }
        try await emulator.write { store in
            _ = try store.advance(clock: nil, until: store.now, from: 0, steps: 100)
            try store.transaction.deleteResponses(storedBefore: dayAgo)
        }
    }
}

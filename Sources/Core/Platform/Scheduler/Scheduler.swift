package import Logging
import ServiceLifecycle
package import SQL

/// Runs each scheduled task in its turn until shutdown. A task that fails is logged and retried at its next turn.
package struct Scheduler: Service {
    private let all: [ScheduledTask]
    private let node: ID<Node>
    private let database: Database
    private let time: Time
    private let logger: Logger

    package init(_ all: [ScheduledTask], database: Database, time: Time, logger: Logger) {
        self.all = all
        node = .make(at: time.now())
        self.database = database
        self.time = time
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for duty in all {
                    group.addTask {
                        switch duty.place {
                        case .eachNode: await repeatUntilCancelled(duty)
                        case .oneNode: await shareUntilCancelled(duty)
                        }
                    }
                }
            }
        }
    }

    private func repeatUntilCancelled(_ duty: ScheduledTask) async {
        while !Task.isCancelled {
            do { try await time.sleep(duty.every) } catch { return }
            do { try await duty.run() } catch { report(error, duty) }
        }
    }

    private func shareUntilCancelled(_ duty: ScheduledTask) async {
        let shared = SharedTask(duty, node: node, database: database, time: time)
        while !Task.isCancelled {
            var pause = Duration.zero
            do {
                if case .wait(let until) = try await shared() { pause = max(until - time.now(), .seconds(1)) }
            } catch {
                if Task.isCancelled { return }
                report(error, duty)
                pause = .seconds(10)
            }
            do { try await time.sleep(min(pause, duty.every)) } catch { return }
        }
    }

    private func report(_ error: any Error, _ duty: ScheduledTask) {
        logger.error("scheduled task failed", metadata: ["task": "\(duty.name)", "error": "\(error)"])
    }
}

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
                for task in all {
                    group.addTask {
                        switch task.place {
                        case .eachNode: await repeatUntilCancelled(task)
                        case .oneNode: await shareUntilCancelled(task)
                        }
                    }
                }
            }
        }
    }

    private func repeatUntilCancelled(_ task: ScheduledTask) async {
        while !Task.isCancelled {
            do { try await time.sleep(task.every) } catch { return }
            do { try await task.run() } catch { report(error, task) }
        }
    }

    private func shareUntilCancelled(_ task: ScheduledTask) async {
        let shared = SharedTask(task, node: node, database: database, time: time)
        while !Task.isCancelled {
            var pause = Duration.zero
            do {
                if case .wait(let until) = try await shared() { pause = max(until - time.now(), .seconds(1)) }
            } catch {
                if Task.isCancelled { return }
                report(error, task)
                pause = .seconds(10)
            }
            do { try await time.sleep(min(pause, task.every)) } catch { return }
        }
    }

    private func report(_ error: any Error, _ task: ScheduledTask) {
        logger.error("scheduled task failed", metadata: ["task": "\(task.name)", "error": "\(error)"])
    }
}

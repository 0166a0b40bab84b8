package import Logging
import ServiceLifecycle

/// Something that happens by itself, again and again.
package struct Duty: Sendable {
    let name: String
    let every: Duration
    let run: @Sendable () async throws -> Void

    package init(_ name: String, every: Duration, run: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.every = every
        self.run = run
    }
}

/// Does each duty in its turn until shutdown. A duty that fails is logged and tried again at its next turn.
package struct Duties: Service {
    private let all: [Duty]
    private let time: Time
    private let logger: Logger

    package init(_ all: [Duty], time: Time, logger: Logger) {
        self.all = all
        self.time = time
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                for duty in all { group.addTask { await repeatUntilCancelled(duty) } }
            }
        }
    }

    private func repeatUntilCancelled(_ duty: Duty) async {
        while !Task.isCancelled {
            do { try await time.sleep(duty.every) } catch { return }
            do {
                try await duty.run()
            } catch {
                logger.error("duty failed", metadata: ["duty": "\(duty.name)", "error": "\(error)"])
            }
        }
    }
}

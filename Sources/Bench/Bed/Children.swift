import Foundation
import Synchronization
import TestSupport

/// The programs that a run has started, so that none outlives it.
final class Children: Sendable {
    private struct State {
        var started: [ChildProcess] = []
        /// How many are about to be added to those.
        var starting = 0
        /// Once all are killed no more are started.
        var isOver = false
    }

    private let state = Mutex(State())
    private let clusters = Mutex<[PostgresCluster]>([])

    /// - Parameter log: A path without its extension, for what it prints: its output in `.out`, its errors in `.err`.
    func start(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], log: String
    ) async throws -> ChildProcess {
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("DARKROOM_") }
        let interrupted = Failure(.interrupted, "Interrupted.")
        try state.withLock { state in
            guard !state.isOver else { throw interrupted }
            state.starting += 1
        }
        defer { state.withLock { $0.starting -= 1 } }
        let child = try await ChildProcess.start(
            URL(fileURLWithPath: program), arguments,
            environment: inherited.merging(environment) { _, given in given },
            folder: FileManager.default.currentDirectoryPath, log: log)
        try state.withLock { state in
            state.started.append(child)
            guard state.isOver else { return }
            child.killAtOnce()
            throw interrupted
        }
        return child
    }

    /// Runs a program to its end and returns what it printed on standard output. Throws if it fails.
    @discardableResult
    func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], log: String
    ) async throws -> String {
        let child = try await start(program, arguments, environment: environment, log: log)
        let code = await child.exit()
        guard code == 0 else {
            let printed = (child.output + child.errors).suffix(600)
            throw Failure(.failed, "\(program) \(arguments.first ?? "") ended with \(code): \(printed)")
        }
        return child.output
    }

    /// Has the cluster end with the others.
    func add(_ cluster: PostgresCluster) {
        clusters.withLock { $0.append(cluster) }
    }

    /// At once, and not before they are gone: what they have open is about to be removed.
    func killAll() {
        state.withLock { state in
            state.isOver = true
            for child in state.started { child.killAtOnce() }
        }
        let clusters = clusters.withLock { $0 }
        for cluster in clusters { cluster.quitAtOnce() }
        for _ in 0..<500 where isAnyRunning || clusters.contains(where: \.isRunning) { usleep(10_000) }
    }

    private var isAnyRunning: Bool {
        state.withLock { $0.starting > 0 || $0.started.contains(where: \.isRunning) }
    }
}

extension ChildProcess {
    /// Asks it to stop and waits for its end.
    func stop() async {
        terminate()
        _ = await exit()
    }
}

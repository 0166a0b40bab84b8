import Foundation
import Synchronization
import TestSupport

/// The programs that a run has started, so that none outlives it.
final class Children: Sendable {
    /// Nil once all are killed: no more are started then.
    private let started = Mutex<[ChildProcess]?>([])
    private let clusters = Mutex<[PostgresCluster]>([])

    /// - Parameter log: A path without its extension, for what it prints: its output in `.out`, its errors in `.err`.
    func start(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], log: String
    ) throws -> ChildProcess {
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("DARKROOM_") }
        return try started.withLock { started in
            guard started != nil else { throw Failure(.interrupted, "Interrupted.") }
            let child = try ChildProcess(
                URL(fileURLWithPath: program), arguments,
                environment: inherited.merging(environment) { _, given in given },
                folder: FileManager.default.currentDirectoryPath, log: log)
            started?.append(child)
            return child
        }
    }

    /// Runs a program to its end and returns what it printed on standard output. Throws if it fails.
    @discardableResult
    func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], log: String
    ) async throws -> String {
        let child = try start(program, arguments, environment: environment, log: log)
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
        let all = started.withLock { started in
            defer { started = nil }
            return started ?? []
        }
        let clusters = clusters.withLock { $0 }
        for child in all { child.killAtOnce() }
        for cluster in clusters { cluster.quitAtOnce() }
        for _ in 0..<500 where all.contains(where: \.isRunning) || clusters.contains(where: \.isRunning) {
            usleep(10_000)
        }
    }
}

extension ChildProcess {
    /// Asks it to stop and waits for its end.
    func stop() async {
        terminate()
        _ = await exit()
    }
}

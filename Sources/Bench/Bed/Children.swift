import Foundation
import Synchronization

/// The programs that a run has started, so that none outlives it.
final class Children: Sendable {
    private let running = Mutex<[Int32: Process]>([:])

    struct Child: Sendable {
        let process: Int32
        fileprivate let ended: AsyncStream<Int32>

        /// Its exit code, once it has ended.
        func exitCode() async -> Int32 {
            for await code in ended { return code }
            return -1
        }
    }

    /// - Parameter output: The file that its standard output and error go to.
    func start(_ program: String, _ arguments: [String], environment: [String: String] = [:], output: String) throws -> Child {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("DARKROOM_") }
            .merging(environment) { _, given in given }
        guard FileManager.default.createFile(atPath: output, contents: nil), let file = FileHandle(forWritingAtPath: output) else {
            throw Failure(.failed, "The file \(output) cannot be written.")
        }
        process.standardOutput = file
        process.standardError = file
        process.standardInput = FileHandle.nullDevice
        let (ended, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { [weak self] process in
            self?.running.withLock { _ = $0.removeValue(forKey: process.processIdentifier) }
            end.yield(process.terminationStatus)
            end.finish()
        }
        try withoutBlockedSignals { try process.run() }
        running.withLock { $0[process.processIdentifier] = process }
        return Child(process: process.processIdentifier, ended: ended)
    }

    /// Runs a program to its end and answers what it said. Throws where it fails.
    @discardableResult
    func run(_ program: String, _ arguments: [String], environment: [String: String] = [:], output: String) async throws -> String {
        let code = try await start(program, arguments, environment: environment, output: output).exitCode()
        let text = String(decoding: FileManager.default.contents(atPath: output) ?? Data(), as: UTF8.self)
        guard code == 0 else {
            throw Failure(.failed, "\(program) \(arguments.first ?? "") ended with \(code): \(text.suffix(600))")
        }
        return text
    }

    /// A program inherits what the thread that starts it has blocked, and a pool's threads block nearly all: `pgbench` would
    /// never hear that its time is up.
    private func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    /// Asks it to stop and waits for its end.
    func stop(_ child: Child) async {
        kill(child.process, SIGTERM)
        _ = await child.exitCode()
    }

    /// At once, and not before they are gone: what they have open is about to be removed.
    func killAll() {
        let all = running.withLock { Array($0.keys) }
        for process in all { kill(process, SIGKILL) }
        for _ in 0..<500 where running.withLock({ !$0.isEmpty }) { usleep(10_000) }
    }
}

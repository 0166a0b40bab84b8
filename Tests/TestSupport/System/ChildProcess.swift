package import Foundation
import Synchronization

/// A program, run as its users run it. What it prints goes to files, so that no pipe fills up, and it never outlives
/// the value.
package final class ChildProcess: Sendable {
    private enum Ending {
        case running([CheckedContinuation<Int32, Never>])
        case ended(Int32)
    }

    private let process: Process
    private let ending: Mutex<Ending>
    private let outputPath: String
    private let errorPath: String

    /// - Parameters:
    ///   - environment: All of it; nothing of the tests' own reaches the program unasked.
    ///   - log: A path without its extension, for what is printed.
    ///   - input: What it reads on standard input.
    package init(
        _ program: URL, _ arguments: [String], environment: [String: String] = [:], folder: String, log: String,
        input: String? = nil
    ) throws {
        (outputPath, errorPath) = (log + ".out", log + ".err")
        let files = FileManager.default
        for path in [outputPath, errorPath] where !files.fileExists(atPath: path) {
            guard files.createFile(atPath: path, contents: nil) else {
                throw Unexpected("no file could be made at \(path)")
            }
        }
        process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin", "HOME": folder]) { given, _ in given }
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardInput = try ChildProcess.reading(input, log + ".in")
        process.standardOutput = try ChildProcess.appending(outputPath)
        process.standardError = try ChildProcess.appending(errorPath)
        ending = Mutex(.running([]))
        process.terminationHandler = { [weak self] in self?.ended($0.terminationStatus, by: $0.terminationReason) }
        try ChildProcess.withoutBlockedSignals { [process] in try process.run() }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    package var isRunning: Bool { process.isRunning }
    package var id: Int32 { process.processIdentifier }

    package var output: String { ChildProcess.text(outputPath) }
    package var errors: String { ChildProcess.text(errorPath) }

    /// Asks it to stop; it may take its time.
    package func terminate() {
        process.terminate()
    }

    /// As Ctrl-C does.
    package func interrupt() {
        process.interrupt()
    }

    package func send(_ signal: Int32) {
        if process.isRunning { kill(process.processIdentifier, signal) }
    }

    /// Ends it between two instructions, as a power failure does.
    package func killAtOnce() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Its exit status, or less than zero the signal that ended it.
    package func exit() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = ending.withLock { ending -> Int32? in
                switch ending {
                case .ended(let status): return status
                case .running(let waiting):
                    ending = .running(waiting + [continuation])
                    return nil
                }
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    private func ended(_ status: Int32, by reason: Process.TerminationReason) {
        let result = reason == .uncaughtSignal ? -status : status
        let waiting = ending.withLock { ending -> [CheckedContinuation<Int32, Never>] in
            guard case .running(let waiting) = ending else { return [] }
            ending = .ended(result)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }

    /// A program inherits what the thread that starts it has blocked, and a pool's threads block nearly all signals:
    /// `pgbench` would never learn that its time is up.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    private static func reading(_ input: String?, _ path: String) throws -> FileHandle {
        guard let input else { return .nullDevice }
        try Data(input.utf8).write(to: URL(filePath: path))
        guard let file = FileHandle(forReadingAtPath: path) else { throw Unexpected("\(path) cannot be read") }
        return file
    }

    private static func appending(_ path: String) throws -> FileHandle {
        guard let file = FileHandle(forWritingAtPath: path) else { throw Unexpected("\(path) cannot be written") }
        try file.seekToEnd()
        return file
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

import Foundation
import Synchronization

/// What one run of the program said and how it ended.
package struct CLIRun: Sendable {
    package let code: Int32
    package let output: String
    package let errors: String

    /// Runs the program to its end, in a folder and an environment of its own, at most for `limit` seconds.
    package static func run(
        _ arguments: [String], in folder: String, environment: [String: String] = [:], input: String? = nil, limit: Int = 60
    ) async throws -> CLIRun {
        let process = try CLIProcess(arguments, in: folder, environment: environment, input: input)
        try process.start()
        let code = try await process.end(within: limit)
        return CLIRun(code: code, output: process.output, errors: process.errors)
    }
}

/// The program as a process of this machine. What it prints goes to files, so that no pipe can fill up.
package final class CLIProcess: Sendable {
    private let process: Process
    private let outputPath: String
    private let errorsPath: String

    package init(_ arguments: [String], in folder: String, environment: [String: String] = [:], input: String? = nil) throws {
        let name = UUID().uuidString
        outputPath = "\(folder)/\(name).out"
        errorsPath = "\(folder)/\(name).err"
        for path in [outputPath, errorsPath] { try Data().write(to: URL(filePath: path)) }
        process = Process()
        process.executableURL = try Binary.url()
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder].merging(environment) { $1 }
        process.standardOutput = FileHandle(forWritingAtPath: outputPath)
        process.standardError = FileHandle(forWritingAtPath: errorsPath)
        let inputPath = "\(folder)/\(name).in"
        try Data((input ?? "").utf8).write(to: URL(filePath: inputPath))
        process.standardInput = FileHandle(forReadingAtPath: inputPath)
    }

    package var output: String { Self.text(outputPath) }
    package var errors: String { Self.text(errorsPath) }
    package var isRunning: Bool { process.isRunning }

    package func start() throws {
        try process.run()
        Children.add(process.processIdentifier)
    }

    package func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Its exit code; one that a signal ended counts as 128 and the signal.
    package func end(within seconds: Int) async throws -> Int32 {
        do {
            try await poll(seconds) { !process.isRunning }
        } catch {
            signal(SIGKILL)
            throw Unexpected("\(process.arguments ?? []) did not end in \(seconds) s: \(errors)")
        }
        Children.remove(process.processIdentifier)
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

/// Ends with the tests whatever they started and did not stop.
private enum Children {
    private static let running = Mutex<Set<Int32>>([])
    private static let atEnd: Void = {
        _ = atexit { Children.running.withLock { for child in $0 { kill(child, SIGKILL) } } }
    }()

    static func add(_ child: Int32) {
        _ = atEnd
        running.withLock { _ = $0.insert(child) }
    }

    static func remove(_ child: Int32) {
        running.withLock { _ = $0.remove(child) }
    }
}

/// Asks again and again whether something outside this process has come about: it cannot call.
package func poll(_ seconds: Int, until isDone: () async throws -> Bool) async throws {
    for _ in 0..<(seconds * 20) {
        if try await isDone() { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    throw Unexpected("it did not come about in \(seconds) s")
}

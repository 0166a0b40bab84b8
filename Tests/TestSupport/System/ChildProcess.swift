package import Foundation
import Subprocess
import Synchronization
import SystemPackage

/// A program, run as its users run it. What it prints goes to files, so that no pipe fills up, and it never outlives
/// the value.
package final class ChildProcess: Sendable {
    package let id: Int32
    private let life: Life
    private let outputPath: String
    private let errorPath: String

    /// Returns once the program runs. Throws if there is no such program.
    ///
    /// - Parameters:
    ///   - environment: All of it; nothing of the tests' own reaches the program unasked.
    ///   - log: A path without its extension, for what is printed.
    ///   - input: What it reads on standard input.
    package static func start(
        _ program: URL, _ arguments: [String], environment: [String: String] = [:], folder: String, log: String,
        input: String? = nil
    ) async throws -> ChildProcess {
        // Subprocess starts a program with no signal blocked. If it inherited what a pool's thread blocks, which is
        // nearly all signals, `pgbench` would never learn that its time is up.
        var options = PlatformOptions()
        // A process group of its own: Ctrl-C in a terminal reaches the tests or the measurement, and not the program.
        options.processGroupID = 0
        let variables = environment.merging(["PATH": "/usr/bin:/bin", "HOME": folder]) { given, _ in given }
        let configuration = Configuration(
            executable: .path(FilePath(program.path)), arguments: Arguments(arguments),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0), $1) })),
            workingDirectory: FilePath(folder), platformOptions: options)
        let files = try Files(input: input, log: log)
        let life = Life()
        let id = try await withCheckedThrowingContinuation { started in
            // It lasts as long as the program, not as long as the caller. It has no reference to the value.
            Task { await life.run(configuration, files, started) }
        }
        return ChildProcess(id, life, log)
    }

    private init(_ id: Int32, _ life: Life, _ log: String) {
        self.id = id
        self.life = life
        (outputPath, errorPath) = (Files.output(log), Files.errors(log))
    }

    deinit {
        life.send(.kill)
    }

    package var isRunning: Bool { life.isRunning }

    package var output: String { ChildProcess.text(outputPath) }
    package var errors: String { ChildProcess.text(errorPath) }

    /// Asks it to stop; it may take its time.
    package func terminate() {
        life.send(.terminate)
    }

    /// As Ctrl-C does.
    package func interrupt() {
        life.send(.interrupt)
    }

    package func send(_ signal: Int32) {
        life.send(Signal(rawValue: signal))
    }

    /// Ends it between two instructions, as a power failure does.
    package func killAtOnce() {
        life.send(.kill)
    }

    /// Its exit status, or less than zero the signal that ended it.
    package func exit() async -> Int32 {
        await life.exit()
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

/// The open files that a program starts with.
private struct Files {
    let input: FileDescriptor
    let output: FileDescriptor
    let errors: FileDescriptor

    init(input text: String?, log: String) throws {
        if let text { try Data(text.utf8).write(to: URL(filePath: log + ".in")) }
        input = try FileDescriptor.open(text == nil ? "/dev/null" : log + ".in", .readOnly, options: .closeOnExec)
        output = try Files.appending(Files.output(log))
        errors = try Files.appending(Files.errors(log))
    }

    static func output(_ log: String) -> String { log + ".out" }
    static func errors(_ log: String) -> String { log + ".err" }

    private static func appending(_ path: String) throws -> FileDescriptor {
        try FileDescriptor.open(
            path, .writeOnly, options: [.append, .create, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }
}

/// What a `ChildProcess` shares with the task that runs its program: the task would keep the value itself alive, whose
/// end kills the program.
private final class Life: Sendable {
    private typealias Running = Execution<FileDescriptorInput, FileDescriptorOutput, FileDescriptorOutput>

    private enum Phase {
        case starting
        /// Until it has ended, and not yet been reaped: its id is no other process's.
        case running(Running)
        case reaping
        case ended(Int32)
    }

    private struct State {
        var phase = Phase.starting
        var waiting: [CheckedContinuation<Int32, Never>] = []
    }

    private let state = Mutex(State())

    /// - Parameter started: Is resumed with the program's id, or with what kept it from running.
    func run(
        _ configuration: Configuration, _ files: Files, _ started: CheckedContinuation<Int32, any Error>
    ) async {
        do {
            let result = try await Subprocess.run(
                configuration, input: .fileDescriptor(files.input, closeAfterSpawningProcess: true),
                output: .fileDescriptor(files.output, closeAfterSpawningProcess: true),
                error: .fileDescriptor(files.errors, closeAfterSpawningProcess: true)
            ) { execution in
                state.withLock { $0.phase = .running(execution) }
                started.resume(returning: execution.processIdentifier.value)
                await Life.end(of: execution)
                // Subprocess reaps it after this.
                state.withLock { $0.phase = .reaping }
            }
            ended(result.terminationStatus)
        } catch {
            guard case .starting = state.withLock({ $0.phase }) else {
                fatalError("It is not known how a process ended: \(error)")
            }
            started.resume(throwing: error)
        }
    }

    /// Returns once it has ended. Subprocess waits for that within a step of a teardown: this step sends no signal
    /// (zero is none), and would be over only after years.
    private static func end(of execution: Running) async {
        let years = Duration.seconds(10 * 365 * 86_400)
        await execution.teardown(using: [.send(signal: Signal(rawValue: 0), allowedDurationToNextStep: years)])
    }

    /// Asks the system, so that it is exact also while all threads of the pool are busy.
    var isRunning: Bool {
        state.withLock { state in
            guard case .running(let execution) = state.phase else { return false }
            var change = siginfo_t()
            let id = id_t(execution.processIdentifier.value)
            return waitid(P_PID, id, &change, WEXITED | WNOHANG | WNOWAIT) == 0 && change.si_signo == 0
        }
    }

    /// Does nothing if it has ended.
    func send(_ signal: Signal) {
        state.withLock { state in
            if case .running(let execution) = state.phase { try? execution.send(signal: signal) }
        }
    }

    func exit() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state -> Int32? in
                if case .ended(let status) = state.phase { return status }
                state.waiting.append(continuation)
                return nil
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    private func ended(_ termination: TerminationStatus) {
        let status =
            switch termination {
            case .exited(let code): code
            case .signaled(let signal): -signal
            }
        let waiting = state.withLock { state in
            defer { state = State(phase: .ended(status)) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }
}

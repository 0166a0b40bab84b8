import Foundation
import Subprocess
import SystemPackage

/// A program that works on a file from outside, in a process of its own. The system bounds its memory and its processor
/// time, since a decoder can be made to need any amount of both; it inherits nothing, and it never outlives the call.
///
/// The bounds are set by `prlimit`. Where that or the program is not installed there is no value of this type, so that
/// nothing runs unbounded.
package struct LimitedProcess: Sendable {
    package struct Limits: Sendable, Hashable {
        /// In bytes. Of all that the process maps, its program and libraries included.
        package var addressSpace: Int
        /// Of the processor, in whole seconds.
        package var processorSeconds: Int
        /// From its start to its end, whatever it waits for.
        package var total: Duration
        /// In bytes. What a program prints beyond it fails the call.
        package var output: Int
        /// In bytes, of any file that it writes.
        package var fileSize: Int

        package init(
            addressSpace: Int, processorSeconds: Int, total: Duration, output: Int = 1 << 20, fileSize: Int = 0
        ) {
            self.addressSpace = addressSpace
            self.processorSeconds = processorSeconds
            self.total = total
            self.output = output
            self.fileSize = fileSize
        }
    }

    package enum Failure: Error, Sendable, Hashable {
        /// Longer than it may take.
        case timedOut
        /// It printed more than it may.
        case tooMuchOutput
        /// It ended by itself with that status, or by a signal if it is less than zero; and what it said last.
        case failed(status: Int32, message: String)
        case notStarted(String)
    }

    /// The program itself.
    package let program: String
    private let prlimit: String
    private let limits: Limits
    private let time: Time

    /// The most bytes of its standard error that are kept.
    private static let errorLimit = 64 << 10

    /// Returns nil if it is not installed, or cannot be bounded.
    ///
    /// - Parameters:
    ///   - program: A path, or a name to be looked for.
    ///   - path: The folders to look in.
    package init?(_ program: String, _ limits: Limits, time: Time, path: String = Self.path) {
        guard let program = Self.find(program, in: path), let prlimit = Self.find("prlimit", in: path) else {
            return nil
        }
        self.program = program
        self.prlimit = prlimit
        self.limits = limits
        self.time = time
    }

    /// The usual folders. Not the environment's, which is whatever started us.
    package static let path = "/usr/local/bin:/usr/bin:/bin"

    /// Runs it to its end and returns what it printed. Throws `Failure`, or `CancellationError` if the caller is
    /// cancelled; the process has ended then too.
    ///
    /// - Parameter folder: Where it runs and may write. It is the program's `HOME` and `TMPDIR`.
    package func callAsFunction(_ arguments: [String], in folder: String) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask { try await run(arguments, in: folder) }
            group.addTask {
                try await time.sleep(limits.total)
                return nil
            }
            defer { group.cancelAll() }
            guard let output = try await group.next() else { throw CancellationError() }
            guard let output else { throw Failure.timedOut }
            return output
        }
    }

    private func run(_ arguments: [String], in folder: String) async throws -> [UInt8] {
        var options = PlatformOptions()
        // A group of its own, which no Ctrl-C of the terminal reaches.
        options.processGroupID = 0
        options.teardownSequence = []
        let configuration = Configuration(
            executable: .path(FilePath(prlimit)),
            arguments: Arguments(bounds + ["--", program] + arguments),
            environment: .custom([
                "PATH": Self.path, "HOME": folder, "TMPDIR": folder, "LC_ALL": "C.UTF-8",
                // Each arena of glibc's maps 64 MB, used or not.
                "MALLOC_ARENA_MAX": "1",
            ]),
            workingDirectory: FilePath(folder), platformOptions: options)
        do {
            let result = try await Subprocess.run(
                configuration, input: .none, output: .bytes(limit: limits.output),
                error: .string(limit: Self.errorLimit))
            try Task.checkCancellation()
            switch result.terminationStatus {
            case .exited(0): return result.standardOutput
            case .exited(let status): throw Failure.failed(status: status, message: Self.last(result.standardError))
            case .signaled(let signal):
                throw Failure.failed(status: -signal, message: Self.last(result.standardError))
            }
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw error.code == .outputLimitExceeded ? Failure.tooMuchOutput : Failure.notStarted("\(error)")
        }
    }

    private var bounds: [String] {
        [
            "--as=\(limits.addressSpace)", "--cpu=\(limits.processorSeconds)", "--fsize=\(limits.fileSize)",
            "--core=0", "--nofile=64",
        ]
    }

    private static func find(_ program: String, in path: String) -> String? {
        let candidates = program.hasPrefix("/") ? [program] : path.split(separator: ":").map { "\($0)/\(program)" }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private static func last(_ text: String?) -> String {
        (text ?? "").split(whereSeparator: \.isNewline).last.map { String($0).beginning(bytes: 300) } ?? ""
    }
}

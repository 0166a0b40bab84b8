import Core
import Foundation

/// What one run of the program printed and how it ended.
package struct CLIRun: Sendable {
    package let code: Int32
    package let output: String
    package let errors: String

    /// Runs the program to its end, in a folder and an environment of its own.
    package static func run(
        _ arguments: [String], in folder: String, environment: [String: String] = [:], input: String? = nil
    ) async throws -> CLIRun {
        let process = try await start(arguments, in: folder, environment: environment, input: input)
        return CLIRun(code: await process.exit(), output: process.output, errors: process.errors)
    }

    package static func start(
        _ arguments: [String], in folder: String, environment: [String: String] = [:], input: String? = nil
    ) async throws -> ChildProcess {
        try await ChildProcess.start(
            Binary.url(), arguments, environment: environment, folder: folder,
            log: "\(folder)/run-\(UUID().uuidString)", input: input)
    }
}

extension ChildProcess {
    /// Waits until it has printed `text`, on either of its outputs.
    package func waits(for text: String, within bound: Duration = TestBound.wait) async throws {
        let time = Time.system
        let end = time.now() + bound
        while !(output + errors).contains(text) {
            guard isRunning, time.now() < end else { throw Unexpected("'\(text)' was not printed: \(output)\(errors)") }
            try await time.sleep(.milliseconds(30))
        }
    }
}

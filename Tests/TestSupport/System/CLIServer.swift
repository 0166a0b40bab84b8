import AsyncHTTPClient
import Core
import Foundation

/// `darkroom serve` as a person starts it, in a folder where other commands find it: with `./data` and nothing else
/// set.
package final class CLIServer: Sendable {
    package let folder: TemporaryFolder
    package let port: Int
    private let process: ChildProcess

    package var data: String { folder.path + "/data" }
    package var url: String { "http://127.0.0.1:\(port)" }
    package var sandboxURL: String { "http://127.0.0.1:\(port + 1)" }
    package var log: String { process.output + process.errors }

    /// Returns once the server has printed that it serves.
    package init(
        _ arguments: [String] = [], environment: [String: String] = [:], folder: TemporaryFolder? = nil,
        port: Int? = nil
    ) async throws {
        self.folder = try folder ?? TemporaryFolder()
        if let port { self.port = port } else { self.port = try await FreePorts.block() }
        process = try await CLIRun.start(
            ["serve", "--port", "\(self.port)"] + arguments, in: self.folder.path, environment: environment)
        try await process.waits(for: "is serving at")
    }

    /// As an operator stops it. Returns its exit code.
    @discardableResult
    package func stop() async -> Int32 {
        process.terminate()
        return await process.exit()
    }

    package func kill() async {
        process.killAtOnce()
        _ = await process.exit()
    }

    /// Another command beside this server, in its folder.
    package func run(
        _ arguments: String..., environment: [String: String] = [:], input: String? = nil
    ) async throws -> CLIRun {
        try await CLIRun.run(arguments, in: folder.path, environment: environment, input: input)
    }

    package func start(_ arguments: String...) async throws -> ChildProcess {
        try await CLIRun.start(arguments, in: folder.path)
    }

    package var anybody: APIUser { APIUser(url: url, bearer: nil, client: .shared) }

    package func signUp(_ email: String) async throws -> APIUser {
        let response = try await anybody.postPassword(
            "/auth/v1/signup", ["email": .string(email), "password": "correct horse"])
        guard let token = response["access_token"]?.string else { throw Unexpected("no session: \(response.text)") }
        return APIUser(url: url, bearer: token, client: .shared)
    }
}

import AsyncHTTPClient
import Core
import Foundation
import Synchronization

/// One process of an installation that several share. Its name, folder and port stay the same over its starts.
package final class RunningNode: Sendable {
    package enum Role: Sendable {
        /// Serves and works.
        case server
        /// `serve --no-worker`
        case front
        /// `worker`
        case worker
    }

    package let name: String
    package let role: Role
    package let port: Int
    private let arguments: [String]
    private let environment: [String: String]
    private let folder: String
    private let process = Mutex<ChildProcess?>(nil)
    private let client: HTTPClient

    /// - Parameter shared: The arguments of all nodes of the installation.
    init(
        _ name: String, _ role: Role, port: Int, data: String, folder: String, shared: [String],
        environment: [String: String], client: HTTPClient
    ) {
        self.name = name
        self.role = role
        self.port = port
        self.folder = folder
        self.environment = environment
        self.client = client
        let command: [String] =
            switch role {
            case .server: ["serve", "--port", String(port)]
            case .front: ["serve", "--no-worker", "--port", String(port)]
            case .worker: ["worker"]
            }
        arguments = command + ["--data", data] + shared
    }

    package var url: String { "http://127.0.0.1:\(port)" }
    package var serves: Bool { role != .worker }
    package var isRunning: Bool { process.withLock { $0?.isRunning } ?? false }
    /// What it wrote to standard error, over all its starts.
    package var log: String { process.withLock { $0?.errors } ?? "" }

    /// Returns once it serves, or works.
    package func start() async throws {
        let before = starts
        let started = try await ChildProcess.start(
            Binary.url(), arguments, environment: environment, folder: folder, log: "\(folder)/\(name)")
        process.withLock { $0 = started }
        let time = Time.system
        let end = time.now() + TestBound.wait
        while time.now() < end, started.isRunning {
            if try await isReady(before) { return }
            try await time.sleep(.milliseconds(30))
        }
        throw Unexpected("\(name) did not start: \(log.suffix(2000))")
    }

    /// Asks it to stop, and returns its exit status.
    package func terminate() async -> Int32 {
        guard let process = process.withLock({ $0 }) else { return 0 }
        process.terminate()
        return await process.exit()
    }

    /// Without waiting until it is gone.
    package func killAtOnce() {
        process.withLock { $0 }?.killAtOnce()
    }

    package func kill() async {
        guard let process = process.withLock({ $0 }) else { return }
        process.killAtOnce()
        _ = await process.exit()
    }

    /// It stands still, as when its machine does, and does not notice afterwards.
    package func freeze() {
        process.withLock { $0 }?.send(SIGSTOP)
    }

    package func thaw() {
        process.withLock { $0 }?.send(SIGCONT)
    }

    package func ready() async throws -> HTTPResponse {
        try await APIUser(url: url, bearer: nil, client: client).send("GET", "/health/ready", within: 3)
    }

    private func isReady(_ startsBefore: Int) async throws -> Bool {
        guard serves else { return starts > startsBefore }
        // A connection that is made in the first instant of listening may never get a response: the next one does.
        return (try? await ready())?.status == 200
    }

    /// A worker has no port: it says so when it begins.
    private var starts: Int { log.split(separator: "\n").count { $0.contains(" notice working ") } }
}

import Core
import Foundation
import SQL
import Synchronization

/// A PostgreSQL of a test's own, or of a measurement's, to be stopped, killed and started again.
package final class PostgresCluster: Sendable {
    /// Whether this machine has PostgreSQL's server.
    package static let isInstalled = programs != nil

    package let url: String
    private let port: Int
    private let folder: String
    private let settings: [String]
    /// Removes the folder with the value; nil if the folder was given.
    private let parent: TemporaryFolder?
    private let server: Mutex<ChildProcess?>

    /// Runs `body` beside a cluster, which is gone afterwards, also if it throws.
    package static func with(_ body: (PostgresCluster) async throws -> Void) async throws {
        let cluster = try await PostgresCluster()
        do {
            try await cluster.start()
            try await body(cluster)
        } catch {
            await cluster.kill()
            throw error
        }
        await cluster.kill()
    }

    /// - Parameters:
    ///   - given: A folder that it makes its own in; without one it has a temporary folder.
    ///   - settings: Beside where it listens. For tests nothing needs to survive the machine.
    package init(in given: String? = nil, settings: [String] = ["fsync=off"]) async throws {
        if let given {
            (parent, folder) = (nil, given + "/postgres")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } else {
            let temporary = try TemporaryFolder()
            (parent, folder) = (temporary, temporary.path)
        }
        self.settings = settings
        port = try await FreePorts.block()
        url = "postgresql://postgres@127.0.0.1:\(port)/postgres"
        server = Mutex(nil)
        // The server refuses to run as root.
        if getuid() == 0 { try await PostgresCluster.run("/bin/chown", ["postgres", folder], in: folder) }
        try await PostgresCluster.run(
            "initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            in: folder)
    }

    private var data: String { folder + "/data" }

    /// Returns once it takes connections.
    package func start() async throws {
        let time = Time.system
        let end = time.now() + TestBound.wait
        while time.now() < end {
            let all = ["listen_addresses=127.0.0.1", "unix_socket_directories="] + settings
            let started = try await PostgresCluster.launch(
                "postgres", ["-D", data, "-p", "\(port)"] + all.flatMap { ["-c", $0] }, in: folder)
            server.withLock { $0 = started }
            while started.isRunning, time.now() < end {
                if await takesConnections() { return }
                try await time.sleep(.milliseconds(50))
            }
            // What one that was killed held in memory may not be free yet.
            try await time.sleep(.milliseconds(200))
        }
        throw Unexpected("PostgreSQL did not start: \(server.withLock { $0?.errors.suffix(2000) } ?? "")")
    }

    /// As an administrator stops it: connections are cut, and what is committed is written.
    package func stop() async {
        let process = server.withLock { $0 }
        process?.interrupt()
        _ = await process?.exit()
    }

    /// As when the machine dies.
    package func kill() async {
        let process = server.withLock { $0 }
        process?.killAtOnce()
        _ = await process?.exit()
    }

    package var isRunning: Bool { server.withLock { $0?.isRunning } ?? false }

    /// Without waiting until it is gone: an immediate shutdown, which leaves no shared memory behind.
    package func quitAtOnce() {
        server.withLock { $0 }?.send(SIGQUIT)
    }

    private func takesConnections() async -> Bool {
        guard let engine = try? PostgresEngine(url: url, writers: 1, readers: 1) else { return false }
        let version = try? await engine.version()
        await engine.close()
        return version != nil
    }

    private static var programs: String? {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.compactMap { Int($0) }.max().map { "\(root)/\($0)/bin" }
    }

    private static func run(_ program: String, _ arguments: [String], in folder: String) async throws {
        let process = try await launch(program, arguments, in: folder)
        guard await process.exit() == 0 else { throw Unexpected("\(program): \(process.output)\(process.errors)") }
    }

    private static func launch(
        _ program: String, _ arguments: [String], in folder: String
    ) async throws -> ChildProcess {
        guard let programs else { throw Unexpected("PostgreSQL's server is not installed") }
        let log = "\(folder)/log-\(UUID().uuidString)"
        if program.hasPrefix("/") {
            return try await ChildProcess.start(URL(filePath: program), arguments, folder: folder, log: log)
        }
        let path = "\(programs)/\(program)"
        guard getuid() == 0 else {
            return try await ChildProcess.start(URL(filePath: path), arguments, folder: folder, log: log)
        }
        return try await ChildProcess.start(
            URL(filePath: "/usr/bin/setpriv"),
            ["--reuid=postgres", "--regid=postgres", "--clear-groups", path] + arguments, folder: folder, log: log)
    }
}

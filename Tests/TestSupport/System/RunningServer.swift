package import AsyncHTTPClient
package import Core
import Foundation
import NIOCore
package import SQL
import Synchronization

/// `darkroom serve` in a process of its own, on free ports of this machine and in a temporary folder, which stay
/// the same over restarts.
package final class RunningServer: Sendable {
    package struct Options: Sendable {
        /// A sandbox in a process of its own; else the server has one built in.
        package var sandbox: RunningSandbox?
        package var engine: TestEngine
        package var environment: [String: String] = [:]
        package var arguments: [String] = []

        package init(
            sandbox: RunningSandbox? = nil, engine: TestEngine = .sqlite, environment: [String: String] = [:],
            arguments: [String] = []
        ) {
            self.sandbox = sandbox
            self.engine = engine
            self.environment = environment
            self.arguments = arguments
        }
    }

    package static let administrator = (email: "admin@example.com", password: "correct horse battery staple")

    package let port: Int
    package let folder: String
    package let client: HTTPClient
    private let options: Options
    private let parent: TemporaryFolder
    private let process: Mutex<ChildProcess>

    /// Runs `body` against a server that is ready, and stops it afterwards, also if it throws.
    package static func with(
        _ options: Options = Options(), _ body: (RunningServer) async throws -> Void
    ) async throws {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 128
        // A server that was killed is found out at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(30)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let server = try await RunningServer(options, client: client)
            do {
                try await body(server)
            } catch {
                await server.kill()
                throw error
            }
            await server.kill()
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private init(_ given: Options, client: HTTPClient) async throws {
        var options = given
        if options.engine == .postgres, options.environment["DARKROOM_DATABASE_URL"] == nil {
            options.environment["DARKROOM_DATABASE_URL"] = try await TestEngine.newPostgres()
        }
        self.options = options
        self.client = client
        parent = try TemporaryFolder()
        folder = parent.path + "/data"
        port = try await FreePorts.block()
        process = Mutex(try await RunningServer.launch(options, port, parent.path))
        try await waitUntilReady()
    }

    package var url: String { "http://127.0.0.1:\(port)" }
    package var sandboxURL: String { options.sandbox?.url ?? "http://127.0.0.1:\(port + 1)" }
    /// What it wrote to standard error, over all its starts.
    package var log: String { process.withLock { $0 }.errors }

    /// Asks it to stop, and returns its exit status.
    package func terminate() async -> Int32 {
        let process = process.withLock { $0 }
        process.terminate()
        return await process.exit()
    }

    package func kill() async {
        let process = process.withLock { $0 }
        process.killAtOnce()
        _ = await process.exit()
    }

    /// Starts it again, in the same folder and on the same ports.
    package func start() async throws {
        let started = try await RunningServer.launch(options, port, parent.path)
        process.withLock { $0 = started }
        try await waitUntilReady()
    }

    /// Runs another command of the program on the same folder: its exit status and what it printed.
    package func run(_ arguments: [String]) async throws -> (status: Int32, output: String, errors: String) {
        let command = try await ChildProcess.start(
            Binary.url(), arguments + ["--data", folder], environment: options.environment, folder: parent.path,
            log: parent.path + "/command-" + UUID().uuidString)
        let status = await command.exit()
        return (status, command.output, command.errors)
    }

    /// Runs `body` on the server's own database, for what has no route.
    package func withDatabase<Value: Sendable>(_ body: (Database) async throws -> Value) async throws -> Value {
        let database = try openDatabase()
        do {
            let value = try await body(database)
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }

    /// What the server made for itself, for tests that sign as it does.
    package func secrets() async throws -> Secrets {
        let now = Time.system.now()
        guard databaseURL != nil else { return try await Secrets.open(.folder(folder), now: now) }
        return try await withDatabase { try await Secrets.open(.database($0, time: .system), now: now) }
    }

    package var databaseURL: String? { options.environment["DARKROOM_DATABASE_URL"] }

    private func openDatabase() throws -> Database {
        guard let databaseURL else { return Database(try SQLiteEngine(path: folder + "/darkroom.sqlite", readers: 1)) }
        return Database(try PostgresEngine(url: databaseURL, writers: 1, readers: 1))
    }

    private static func launch(_ options: Options, _ port: Int, _ folder: String) async throws -> ChildProcess {
        var environment = [
            "DARKROOM_ADMIN_EMAIL": administrator.email, "DARKROOM_ADMIN_PASSWORD": administrator.password, "TZ": "UTC",
            "DARKROOM_RETRY_SECONDS": "0.1", "DARKROOM_STORE_RETRY_SECONDS": "0.1",
        ]
        environment.merge(options.environment) { $1 }
        var arguments = ["serve", "--data", folder + "/data", "--port", String(port)]
        if let sandbox = options.sandbox { arguments += ["--sandbox-url", sandbox.url] }
        return try await ChildProcess.start(
            Binary.url(), arguments + options.arguments, environment: environment, folder: folder,
            log: folder + "/serve")
    }

    private func waitUntilReady() async throws {
        let time = Time.system
        let end = time.now() + TestBound.wait
        while time.now() < end {
            let process = process.withLock { $0 }
            guard process.isRunning else { break }
            // A connection that is made in the first instant of listening may never get a response: the next one does.
            if let response = try? await anybody.send("GET", "/health/ready", within: 3), response.status == 200 {
                return
            }
            try await time.sleep(.milliseconds(30))
        }
        throw Unexpected("the server did not start: \(log.suffix(2000))")
    }
}

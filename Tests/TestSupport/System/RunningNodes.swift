package import AsyncHTTPClient
import Core
import Foundation
import NIOCore
package import SQL

/// An installation of several nodes on one database, with one folder of files and one sandbox, each a process of its
/// own.
package final class RunningNodes: Sendable {
    package let all: [RunningNode]
    package let client: HTTPClient
    package let folder: String
    package let databaseURL: String?
    private let environment: [String: String]
    private let parent: TemporaryFolder

    /// Runs `body` once all are ready, and ends them afterwards, also if it throws.
    ///
    /// - Parameters:
    ///   - roles: On SQLite a folder has one server, so every later one is a worker.
    ///   - databaseURL: On PostgreSQL; else they share a database in a folder.
    ///   - publicURL: Where all of them are to be found; else the first that serves.
    package static func with(
        _ roles: [RunningNode.Role], databaseURL: String?, sandbox: RunningSandbox, publicURL: String? = nil,
        environment: [String: String] = [:], _ body: (RunningNodes) async throws -> Void
    ) async throws {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 128
        // A node that was killed is found out at once.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(30)
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let nodes = try await RunningNodes(roles, databaseURL, sandbox, publicURL, environment, client)
            do {
                for node in nodes.all { try await node.start() }
                try await body(nodes)
            } catch {
                await nodes.end()
                throw error
            }
            await nodes.end()
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private init(
        _ roles: [RunningNode.Role], _ databaseURL: String?, _ sandbox: RunningSandbox, _ publicURL: String?,
        _ more: [String: String], _ client: HTTPClient
    ) async throws {
        self.client = client
        self.databaseURL = databaseURL
        let parent = try TemporaryFolder()
        self.parent = parent
        folder = parent.path
        let first = roles.firstIndex { $0 != .worker }
        let roles = roles.enumerated().map { databaseURL == nil && $0 != first ? .worker : $1 }
        var ports: [Int] = []
        while ports.count < roles.count {
            let port = try await FreePorts.block()
            if !ports.contains(port) { ports.append(port) }
        }
        let port = first.map { ports[$0] } ?? 0
        let shared = ["--public-url", publicURL ?? "http://127.0.0.1:\(port)", "--sandbox-url", sandbox.url]
        var environment = [
            "DARKROOM_ADMIN_EMAIL": RunningServer.administrator.email,
            "DARKROOM_ADMIN_PASSWORD": RunningServer.administrator.password,
            "TZ": "UTC", "DARKROOM_RETRY_SECONDS": "0.1", "DARKROOM_STORE_RETRY_SECONDS": "0.1",
        ]
        if let databaseURL {
            environment["DARKROOM_DATABASE_URL"] = databaseURL
            environment["DARKROOM_FILES"] = parent.path + "/files"
        }
        environment.merge(more) { $1 }
        self.environment = environment
        all = zip(roles, ports).enumerated().map { [environment] index, node in
            RunningNode(
                "node-\(index)", node.0, port: node.1,
                data: parent.path + (databaseURL == nil ? "/data" : "/data-\(index)"),
                folder: parent.path, shared: shared, environment: environment, client: client)
        }
    }

    package var serving: [RunningNode] { all.filter(\.serves) }
    /// The last node that serves: another than the first, unless that is the only one.
    package var other: RunningNode { all.last(where: \.serves) ?? all[0] }
    package var files: String {
        environment["DARKROOM_FILES"] ?? folder + "/data/files"
    }

    /// Runs another command of the program on the installation.
    package func run(_ arguments: [String]) async throws -> CLIRun {
        try await CLIRun.run(
            arguments + ["--data", folder + (databaseURL == nil ? "/data" : "/data-0")], in: folder,
            environment: environment)
    }

    /// Runs `body` on the installation's own database, for what has no route.
    package func withDatabase<Value: Sendable>(_ body: (Database) async throws -> Value) async throws -> Value {
        let engine: any SQL.Engine =
            if let databaseURL { try PostgresEngine(url: databaseURL, writers: 1, readers: 1) }
            else { try SQLiteEngine(path: folder + "/data/darkroom.sqlite", readers: 1) }
        let database = Database(engine)
        do {
            let value = try await body(database)
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }

    /// An account of its own with a key, as a user of the first node that serves.
    package func account(credits: Int64 = 1000, plan: String = "enterprise") async throws -> APIUser {
        let made = try await withDatabase { try await $0.makeAccount(credits: credits, plan: plan) }
        return APIUser(url: serving.first?.url ?? "", bearer: made.key, account: made.account, client: client)
    }

    private func end() async {
        for node in all {
            node.thaw()
            await node.kill()
        }
    }
}

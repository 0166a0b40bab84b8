import Core
import Foundation
import SQL

/// A PostgreSQL of the run's own, on loopback and in a folder of its own; or the one that `DARKROOM_BENCH_POSTGRES` names,
/// which is asked for a database for each bench.
struct PostgresCluster: Sendable {
    /// As libpq takes it, of the database `postgres`.
    let url: String
    private let stopping: @Sendable () async -> Void

    /// Everything is on disk before a commit is answered; checkpoints do not fall into a measurement.
    private static let settings = [
        "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "shared_buffers=512MB",
        "max_wal_size=8GB", "checkpoint_timeout=30min",
    ]

    static func start(in folder: String, _ children: Children) async throws -> PostgresCluster {
        if let url = ProcessInfo.processInfo.environment["DARKROOM_BENCH_POSTGRES"] { return PostgresCluster(url: url) {} }
        let bin = try programs()
        let home = folder + "/postgres"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let (program, prefix) = try owner(of: home)
        let data = home + "/data"
        try await children.run(
            program, prefix + [bin + "/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
            output: folder + "/initdb.log")
        let port = try FreePort.find()
        let arguments = [bin + "/postgres", "-D", data, "-p", "\(port)"] + settings.flatMap { ["-c", $0] }
        let server = try children.start(program, prefix + arguments, output: folder + "/postgres.log")
        let cluster = PostgresCluster(url: "postgresql://postgres@127.0.0.1:\(port)/postgres") {
            // At once: nothing in it is wanted any more.
            kill(server.process, SIGQUIT)
            _ = await server.exitCode()
        }
        try await cluster.waitUntilReady()
        return cluster
    }

    /// A database of its own, without anything in it.
    func database(named name: String, _ children: Children, output: String) async throws -> String {
        try await children.run(
            "/usr/bin/env",
            ["psql", url, "-qX", "-c", "DROP DATABASE IF EXISTS \(name) WITH (FORCE)", "-c", "CREATE DATABASE \(name) TEMPLATE template0"],
            output: output)
        guard let slash = url.lastIndex(of: "/") else { return url }
        return url[...slash] + name
    }

    func stop() async {
        await stopping()
    }

    private static func programs() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        guard let newest = versions.compactMap({ Int($0) }).max() else {
            throw Failure(.failed, "PostgreSQL's server is not installed. Install postgresql-15, or measure with --engine sqlite.")
        }
        return "\(root)/\(newest)/bin"
    }

    /// The server refuses to run as root, so there it is `postgres`, who must be able to reach the folder.
    private static func owner(of home: String) throws -> (program: String, prefix: [String]) {
        guard getuid() == 0 else { return ("/usr/bin/env", []) }
        guard let user = getpwnam("postgres") else { throw Failure(.failed, "There is no user 'postgres' to run PostgreSQL as.") }
        chown(home, user.pointee.pw_uid, user.pointee.pw_gid)
        return ("/usr/bin/setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "env", "HOME=\(home)"])
    }

    private func waitUntilReady() async throws {
        for _ in 0..<300 {
            let database = Database(try PostgresEngine(url: url, writers: 1, readers: 1))
            let version = try? await database.engine.version()
            await database.close()
            if version != nil { return }
            try await Time.system.sleep(.milliseconds(100))
        }
        throw Failure(.failed, "PostgreSQL did not start within 30 s.")
    }
}

import Foundation
import TestSupport

extension BenchRun {
    /// Everything is on disk before a commit is acknowledged; checkpoints do not fall into a measurement.
    private static let durableSettings = [
        "max_connections=200", "shared_buffers=512MB", "max_wal_size=8GB", "checkpoint_timeout=30min",
    ]

    /// The address of the PostgreSQL that `DARKROOM_BENCH_POSTGRES` names, or of one of the run's own.
    static func postgres(in folder: String, _ children: Children) async throws -> String {
        if let url = ProcessInfo.processInfo.environment["DARKROOM_BENCH_POSTGRES"] { return url }
        guard PostgresCluster.isInstalled else {
            throw Failure(
                .failed, """
                    The PostgreSQL server is not installed. Install postgresql-15, or use --engine sqlite.
                    """)
        }
        let cluster = try await PostgresCluster(in: folder, settings: durableSettings)
        children.add(cluster)
        try await cluster.start()
        return cluster.url
    }

    /// A database with nothing in it. Returns nil if no PostgreSQL is measured.
    func newDatabase(named prefix: String) async throws -> String? {
        guard let postgresURL else { return nil }
        let name = "\(prefix)_" + UUID().uuidString.prefix(8).lowercased()
        try await children.run(
            "/usr/bin/env",
            [
                "psql", postgresURL, "-qX", "-c", "DROP DATABASE IF EXISTS \(name) WITH (FORCE)",
                "-c", "CREATE DATABASE \(name) TEMPLATE template0",
            ],
            log: file("psql"))
        guard let slash = postgresURL.lastIndex(of: "/") else { return postgresURL }
        return postgresURL[...slash] + name
    }
}

package import Core
import Foundation
package import Logging
import NIOCore
package import SQL

/// A folder of its own with a migrated database and a file store, for tests about files. Removed with the value.
package final class FilesFixture: Sendable {
    private let temporary: TemporaryFolder
    package let database: Database
    /// The same one, as other nodes have it.
    package let otherNodes: [Database]
    package let store: LocalFileStore
    package let clock = FakeTime()
    package let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    package init(_ engine: TestEngine = .sqlite, nodes: Int = 1) async throws {
        temporary = try TemporaryFolder()
        let databases = try await engine.nodes(nodes, in: temporary.path)
        database = databases[0]
        otherNodes = Array(databases.dropFirst())
        store = try LocalFileStore(folder: temporary.path + "/files")
    }

    package var folder: String { temporary.path }
    package var time: Time { clock.time }
    package var links: FileLinks {
        FileLinks(secret: Array(repeating: 7, count: 32), publicURL: "https://example.com/", time: time)
    }
    package var assets: Assets { Assets(database: database, store: store, time: time, logger: logger) }

    /// - Parameter prepare: Most files of tests are a header and no picture, and are stored as they come.
    package func uploads(
        _ rules: FileRules = FileRules(), store: (any FileStore)? = nil, prepare: PrepareFile = .unchecked
    ) -> StoreUpload {
        StoreUpload(
            database: database, store: store ?? self.store, prepare: prepare, rules: rules, time: time, logger: logger)
    }

    package func deleteFiles(store: (any FileStore)? = nil) -> DeleteFiles {
        DeleteFiles(database: database, store: store ?? self.store, time: time, logger: logger)
    }

    /// A personal account and its user.
    package func account() async throws -> Actor {
        let user = ID<User>.make(at: clock.now)
        let account = ID<Account>(rawValue: user.rawValue)
        try await database.write(order: .alone) { transaction in
            try transaction.execute(
                """
                INSERT INTO users (id, email, email_key, role, metadata, created_at, updated_at)
                VALUES ($1, $1, $1, 'user', '{}', 0, 0)
                """, user)
            try transaction.execute(
                "INSERT INTO accounts (id, name, plan, created_at) VALUES ($1, 'Mine', 'free', 0)", account)
        }
        return Actor(account: account, user: user, key: nil, role: .owner, platformRole: .user)
    }

    /// A job that is queued, or has ended.
    package func job(of actor: Actor, input: ID<Asset>? = nil, ended: Bool = false) async throws -> ID<Job> {
        let id = ID<Job>.make(at: clock.now)
        let now = clock.now
        try await database.write(order: .alone) { transaction in
            try transaction.execute(
                """
                INSERT INTO jobs (id, account_id, created_by, kind, kind_version, endpoint, provider, state, parameters,
                    outputs_asked,
                    price, price_version, price_breakdown, event_seq, order_at, run_at, time_limit, created_at,
                    ended_at)
                VALUES ($1, $2, $3, 'text_to_image', 1, 'fal-ai/flux/schnell', 'fal', $4, '{}', 4, 100, 1, '{}', 1, 0,
                    0, 1000, $5, $6)
                """, id, actor.account, actor.user, ended ? "cancelled" : "queued", now, ended ? now : nil)
            guard let input else { return }
            try transaction.execute(
                "INSERT INTO job_inputs (job_id, name, asset_id) VALUES ($1, 'inputAsset', $2)", id, input)
        }
        return id
    }

    package func upload(_ bytes: [UInt8] = Sample.png(), name: String? = nil, for actor: Actor) async throws -> Asset {
        switch try await uploads()(Parts(bytes), name: name, announced: nil, for: actor) {
        case .stored(let asset), .repeated(let asset): asset
        }
    }

    package func bytes(of key: StorageKey) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await part in try await store.open(key, range: nil).bytes { bytes += part.readableBytesView }
        return bytes
    }

    /// Everything in the store, incoming files included, by its path in it.
    package func storedPaths() throws -> [String] {
        let root = folder + "/files"
        return try FileManager.default.subpathsOfDirectory(atPath: root).filter { path in
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isDirectory)
                && !isDirectory.boolValue
        }.sorted()
    }

    package func count(_ table: Table) async throws -> Int {
        try await database.read { try $0.queryOne(table.count)?.get("count") ?? -1 }
    }

    package enum Table: Sendable {
        case assets, deletions

        var count: Statement {
            switch self {
            case .assets: "SELECT COUNT(*) AS count FROM assets WHERE deleted_at IS NULL"
            case .deletions: "SELECT COUNT(*) AS count FROM file_deletions"
            }
        }
    }
}

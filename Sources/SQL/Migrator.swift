import Crypto
import Foundation

/// One numbered step of the schema. Never edited once released: a later step corrects it.
package struct Migration: Sendable {
    package let number: Int
    package let name: String
    private let common: String
    private let additions: [Dialect: String]

    /// - Parameter additions: What one engine needs in addition to the common text, such as its form of a trigger.
    package init(_ number: Int, _ name: String, _ common: [UInt8], additions: [Dialect: [UInt8]] = [:]) {
        self.number = number
        self.name = name
        self.common = String(decoding: common, as: UTF8.self)
        self.additions = additions.mapValues { String(decoding: $0, as: UTF8.self) }
    }

    func text(in dialect: Dialect) -> String {
        dialect.expandingTypes(in: common + "\n" + (additions[dialect] ?? ""))
    }

    /// The checksum of the source text, so that a change of how types are spelled does not count as an edit.
    func checksum(in dialect: Dialect) -> String {
        let digest = SHA256.hash(data: Data((common + "\n" + (additions[dialect] ?? "")).utf8))
        return digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}

/// Brings a schema up to date: forward only, each step in a transaction of its own, which also excludes other
/// processes: SQLite has one writer, and on PostgreSQL a step begins by taking a lock that ends with it. Many nodes may
/// start at once. A schema that is newer than the program, or was made from other text, is refused and left unchanged.
package struct Migrator: Sendable {
    private let migrations: [Migration]

    package init(_ migrations: [Migration]) {
        precondition(
            migrations.map(\.number) == Array(1...max(migrations.count, 1)).prefix(migrations.count).map { $0 },
            "migrations are numbered from 1 without holes")
        self.migrations = migrations
    }

    /// How many steps there are.
    package var count: Int { migrations.count }

    /// The schema as it was after the first `count` steps, as a later step finds it.
    package func upTo(_ count: Int) -> Migrator { Migrator(Array(migrations.prefix(count))) }

    /// Returns the names of the steps that were applied now.
    ///
    /// - Parameter waits: Called if another process is migrating, before waiting for it.
    @discardableResult
    package func migrate(
        _ database: Database, waits: @escaping @Sendable () -> Void = {}, now: @Sendable () -> Int64
    ) async throws -> [String] {
        var taken: [String] = []
        // Nothing is locked if nothing is to be done, which is nearly always.
        while case let left = try await pending(database), !left.isEmpty {
            let at = now()
            guard let name = try await database.write(order: .alone, { try step($0, at: at, waits) }) else { break }
            taken.append(name)
        }
        return taken
    }

    /// Returns the steps that are not yet applied, for `doctor`. Throws `schema` if the schema is not this program's.
    package func pending(_ database: Database) async throws -> [String] {
        try await database.read { transaction in
            let exists = try transaction.tableExists("schema_migrations")
            return try self.pending(after: exists ? transaction.appliedMigrations() : [], in: transaction.dialect)
                .map(\.name)
        }
    }

    private func step(_ transaction: Transaction, at: Int64, _ waits: () -> Void) throws -> String? {
        try transaction.lockSchema(waits)
        if try !transaction.tableExists("schema_migrations") {
            try transaction.runScript(transaction.dialect.expandingTypes(in: """
                CREATE TABLE schema_migrations (
                    number {integer} PRIMARY KEY, name {text} NOT NULL, checksum {text} NOT NULL,
                    applied_at {integer} NOT NULL
                ) {strict};
                """))
        }
        guard let next = try pending(after: transaction.appliedMigrations(), in: transaction.dialect).first else {
            return nil
        }
        try transaction.runScript(next.text(in: transaction.dialect))
        try transaction.execute(
            "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
            next.number, next.name, next.checksum(in: transaction.dialect), at)
        return next.name
    }

    private func pending(
        after applied: [AppliedMigration], in dialect: Dialect
    ) throws(DatabaseError) -> ArraySlice<Migration> {
        for (index, row) in applied.enumerated() {
            guard index < migrations.count, row.number == index + 1 else {
                throw DatabaseError(.schema, """
                    The database has schema step \(row.number) (\(row.name)), \
                    which this version of Darkroom does not know. \
                    Use the newer version that created it, or restore an earlier backup.
                    """)
            }
            guard row.checksum == migrations[index].checksum(in: dialect) else {
                throw DatabaseError(.schema, """
                    Schema step \(row.number) (\(row.name)) of the database \
                    differs from the one in this version of Darkroom. \
                    Use the version that created the database, or start with an empty database.
                    """)
            }
        }
        return migrations[applied.count...]
    }
}

private struct AppliedMigration {
    let number: Int
    let name: String
    let checksum: String
}

extension Transaction {
    /// Holds the lock until the transaction ends. A step may take long, as may another process's, so the usual
    /// time-outs are lifted for it.
    func lockSchema(_ waits: () -> Void) throws(DatabaseError) {
        guard let lock = dialect.schemaLock else { return }
        try query(lock.bounds)
        if try queryOne(lock.take)?.get("taken", as: Int.self) == 1 { return }
        waits()
        try query(lock.await)
    }

    fileprivate func tableExists(_ name: String) throws(DatabaseError) -> Bool {
        try queryOne(dialect.tableExists, name) != nil
    }

    fileprivate func appliedMigrations() throws(DatabaseError) -> [AppliedMigration] {
        try query(
            "SELECT number, name, checksum FROM schema_migrations ORDER BY number"
        ).map { row throws(DatabaseError) in
            try AppliedMigration(number: row.get("number"), name: row.get("name"), checksum: row.get("checksum"))
        }
    }
}

import Core
import Foundation
import SQL

/// Moves a stopped installation to PostgreSQL: all of it or nothing. The old database is not changed.
struct Move: Sendable {
    struct Report: Sendable {
        let rows: Int
        let tables: Int
        let sums: BalanceSums
        let audit: LedgerCheck.Report
    }

    let path: String
    let data: String
    let target: PostgresAddress
    let connections: Int
    let time: Time

    func callAsFunction() async throws -> Report {
        try checkIsStopped()
        let source = Database(try SQLiteEngine(path: path))
        do {
            try await checkSource(source)
            let database = try await App.open(target, connections: connections)
            do {
                let report = try await copy(source, to: database)
                await database.close()
                await source.close()
                return report
            } catch {
                await database.close()
                throw error
            }
        } catch {
            await source.close()
            throw error
        }
    }

    private func checkIsStopped() throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw Failure(
                .usage, "There is no database at \(path). Set --from to its file, or --data to its folder.")
        }
        guard try !SQLiteFile.isOpen(path) else {
            throw Failure(.failed, """
                A server, a worker or another program has \(path) open. Stop all of them first: anything they wrote \
                during the move would be lost.
                """)
        }
    }

    private func checkSource(_ source: Database) async throws {
        guard try await Schema.migrator.pending(source).isEmpty else {
            throw Failure(
                .failed, "The schema of \(path) is older than this program. Run 'darkroom migrate' first.")
        }
        if let first = try await LedgerCheck(source)().differences.first {
            throw Failure(.failed, """
                The books in \(path) do not balance: \(first). Nothing was moved. Run 'darkroom audit'.
                """)
        }
    }

    private func copy(_ source: Database, to database: Database) async throws -> Report {
        let (secrets, now) = (try secrets(), time.now())
        let rows: [String: Int]
        do {
            try await Schema.migrator.migrate(database) { now.milliseconds }
            let copy = DatabaseCopy(
                from: source, to: database, seeded: Schema.seeded, derived: Schema.derived)
            rows = try await copy(finish: { transaction in
                _ = try transaction.installation.keepFirst(secrets, as: .secrets, now: now)
            })
        } catch let refusal as DatabaseCopy.Refusal {
            throw Failure(.failed, sentence(for: refusal))
        } catch let error as DatabaseError where error.kind == .unavailable {
            throw Failure(postgres: error, at: target)
        }
        let sums = try await (
            here: source.read { try $0.ledger.balanceSums() }, there: database.read { try $0.ledger.balanceSums() })
        let audit = try await LedgerCheck(database)()
        guard sums.here == sums.there, audit.isClean else {
            throw Failure(.failed, """
                Everything was copied, but \(target.shown) differs from \(path): \
                \(audit.differences.first?.description ?? "the balances differ"). Do not start a server on \
                \(target.shown). Empty it, and report this error.
                """)
        }
        return Report(rows: rows.values.reduce(0, +), tables: rows.count, sums: sums.there, audit: audit)
    }

    /// Beside the database, or in the data folder.
    private func secrets() throws -> String {
        let beside = (path as NSString).deletingLastPathComponent
        for folder in [beside.isEmpty ? "." : beside, data] {
            if let document = try SecretFile.read(folder + "/secrets.json") {
                return String(decoding: document, as: UTF8.self)
            }
        }
        throw Failure(.failed, """
            There is no secrets.json in the folder of \(path) or in \(data). Without it, all sessions would become \
            invalid. Set --data to its folder.
            """)
    }

    private func sentence(for refusal: DatabaseCopy.Refusal) -> String {
        switch refusal {
        case .notEmpty(let table):
            """
                \(target.shown) is not empty: the table '\(table)' has rows. Move to a new database, or to another \
                schema with options=-csearch_path%3DNAME.
                """
        case .unknownTable(let table): "\(path) has a table '\(table)' that Darkroom does not know. Nothing was copied."
        case .differs(let table, let sent, let arrived):
            """
                \(sent) rows of '\(table)' were sent, but the table has \(arrived): another program writes to \
                \(target.shown). Nothing was copied.
                """
        case .brokeOff: "Reading \(path) was interrupted. Nothing was copied. Try again."
        }
    }
}

extension Move.Report {
    func text(from path: String, to target: PostgresAddress, files: String) -> String {
        """
        Copied \(rows) rows of \(tables) tables from \(path) to \(target.shown).
        Balances: \(sums.available) credits available, \(sums.reserved) reserved, \(sums.owed) owed, on both sides.
        Ledger: \(audit.transactions) transactions, \(audit.entries) entries, \(audit.checks.count) rules. The books \
        balance on both sides.
        The secrets are now in the new database. The old database is unchanged; do not start a server on it again.
        Start servers with DARKROOM_DATABASE_URL and with DARKROOM_FILES=\(files). The folder of files was not moved.
        """
    }
}

import Core
import Foundation
import SQL

/// What is stored: secrets, database, files, wherever they lie.
struct StoredDataCheck: Sendable {
    let settings: Settings
    let time: Time

    func findings() async -> [Finding] {
        switch settings.database {
        case .sqlite(let path): return await [secrets(beside: path)] + inFile(path) + [files()]
        case .postgres(let address): return await onServer(address)
        }
    }

    private func secrets(beside path: String) async -> Finding {
        guard FileManager.default.fileExists(atPath: settings.data + "/secrets.json") else {
            return FileManager.default.fileExists(atPath: path)
                ? .problem(
                    "secrets", "secrets.json is missing, but there is a database.",
                    "Restore it from a backup. With new secrets, all sessions and file links become invalid.")
                : .information("secrets", "none yet. The first 'darkroom serve' creates them.")
        }
        do {
            _ = try await Secrets.open(.folder(settings.data), now: time.now())
            return .ok("secrets", "readable.")
        } catch {
            return .problem("secrets", "\(error)", "Restore secrets.json from a backup.")
        }
    }

    private func inFile(_ path: String) async -> [Finding] {
        guard FileManager.default.fileExists(atPath: path) else {
            return [.information("database", "none yet. The first 'darkroom serve' creates it.")]
        }
        do {
            let database = Database(try SQLiteEngine(path: path))
            let findings = [
                try await soundness(database), try await schema(database), try await administrator(database),
                try await providerBudget(database),
            ]
            await database.close()
            return findings.compactMap { $0 }
        } catch {
            return [
                .problem(
                    "database", Failure(explaining: error).message,
                    "Check the permissions of the file, or restore a backup."),
            ]
        }
    }

    private func onServer(_ address: PostgresAddress) async -> [Finding] {
        let database: Database
        do {
            database = try await App.openFound(settings)
        } catch {
            return [.problem(
                "database", Failure(explaining: error).message,
                "Start PostgreSQL, or correct DARKROOM_DATABASE_URL. Its user needs a database of its own.")]
        }
        var findings: [Finding] = []
        do {
            findings.append(.ok("database", """
                \(try await database.engine.version()) at \(address.shown). Run 'darkroom audit' to check the books.
                """))
            findings.append(try await schema(database))
            findings += [
                try await administrator(database), try await providerBudget(database),
                try await sharedSecrets(database),
            ].compactMap { $0 }
            findings.append(await sharedFiles(database))
        } catch {
            findings.append(.problem("database", Failure(explaining: error).message, "Check the log of the server."))
        }
        await database.close()
        return findings
    }

    private func isComplete(_ database: Database) async -> Bool {
        (try? await Schema.migrator.pending(database).isEmpty) == true
    }

    private func sharedSecrets(_ database: Database) async throws -> Finding? {
        guard await isComplete(database) else { return nil }
        guard try await database.read({ try $0.installation.fact(.secrets) }) != nil else {
            return .information("secrets", "none yet. The first 'darkroom serve' creates them in the database.")
        }
        do {
            _ = try await Secrets.open(settings.secretsStore(database, time: time), now: time.now())
            return .ok("secrets", "readable, in the database.")
        } catch {
            return .problem(
                "secrets", "\(error)", "Restore the row 'secrets' of the table 'installation' from a backup.")
        }
    }

    /// All nodes must see one folder: what one receives, another serves.
    private func sharedFiles(_ database: Database) async -> Finding {
        do {
            if await isComplete(database) { try await FilesMark(folder: settings.files).check(database) }
        } catch let refusal as FilesMark.Refusal {
            return .problem(
                "files", refusal.description, "Until then 'darkroom serve' and 'darkroom worker' do not start.")
        } catch {
            return .problem(
                "files", Failure(explaining: error).message, "Give this user read permission for \(settings.files).")
        }
        return await files()
    }

    private func soundness(_ database: Database) async throws -> Finding {
        let problems = try await database.engine.check()
        let version = try await database.engine.version()
        guard let first = problems.first else {
            return .ok("database", "\(version), intact. Run 'darkroom audit' to check the books.")
        }
        return .problem("database", first, "Stop the server, keep a copy of the file, then restore a backup.")
    }

    private func schema(_ database: Database) async throws -> Finding {
        do {
            let pending = try await Schema.migrator.pending(database)
            if pending.isEmpty { return .ok("schema", "up to date.") }
            return .information("schema", """
                \(pending.count) steps are pending (\(pending.joined(separator: ", "))). The server applies them when \
                it starts.
                """)
        } catch let error as DatabaseError where error.kind == .schema {
            return .problem("schema", error.message, "Use the version of Darkroom that created it.")
        }
    }

    /// Nil while there are no tables.
    private func administrator(_ database: Database) async throws -> Finding? {
        guard await isComplete(database) else { return nil }
        if let user = try await database.read({ try $0.accounts.firstAdministrator() }) {
            return .ok("administrator", "\(user.email).")
        }
        return .warning("administrator", "none.", "Create one: darkroom admin create-user EMAIL --admin")
    }

    /// Nil if there is no daily provider budget.
    private func providerBudget(_ database: Database) async throws -> Finding? {
        guard let limit = settings.providerCostPerDay, await isComplete(database) else { return nil }
        let now = time.now()
        let costs = try await database.read { try $0.jobs.providerCosts(at: now) }
        let spent = "\(dollars(costs.expected)) of today's budget of \(dollars(limit)) are used"
        guard let since = costs.reachedAt else { return .ok("provider cost", "\(spent).") }
        return .warning(
            "provider cost", "\(spent). Jobs have been waiting since \(since.text), until midnight UTC.",
            "Raise DARKROOM_PROVIDER_COST_PER_DAY on all nodes, or wait until midnight UTC.")
    }

    /// In whole cents.
    private func dollars(_ amount: MicroDollars) -> String { "$\("\(amount)".dropLast(4))" }

    private func files() async -> Finding {
        do {
            return .ok("files", try await LocalFileStore(folder: settings.files).check() + ".")
        } catch {
            return .problem(
                "files", Failure(explaining: error).message,
                "Give this user write permission for \(settings.files), and free disk space.")
        }
    }
}

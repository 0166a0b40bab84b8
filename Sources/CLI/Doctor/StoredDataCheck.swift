import Core
import Foundation
import SQL

/// What lies in the data folder: secrets, database, files.
struct StoredDataCheck: Sendable {
    let settings: Settings
    let time: Time

    func findings() async -> [Finding] {
        var findings: [Finding] = []
        findings.append(await secrets())
        findings += await database()
        findings.append(await files())
        return findings
    }

    private func secrets() async -> Finding {
        guard FileManager.default.fileExists(atPath: settings.data + "/secrets.json") else {
            return FileManager.default.fileExists(atPath: settings.databasePath)
                ? .problem("secrets", "secrets.json is missing beside a database.", "Restore it from a backup; with new secrets everybody is signed out and links end.")
                : .information("secrets", "none yet; the first 'darkroom serve' makes them.")
        }
        do {
            _ = try await Secrets.open(.folder(settings.data), now: time.now())
            return .ok("secrets", "readable.")
        } catch {
            return .problem("secrets", "\(error)", "Restore secrets.json from a backup.")
        }
    }

    private func database() async -> [Finding] {
        guard FileManager.default.fileExists(atPath: settings.databasePath) else {
            return [.information("database", "none yet; the first 'darkroom serve' makes it.")]
        }
        do {
            let database = Database(try SQLiteEngine(path: settings.databasePath))
            let findings = [try await soundness(database), try await schema(database), try await administrator(database)]
            await database.close()
            return findings.compactMap { $0 }
        } catch {
            return [.problem("database", Failure(explaining: error).message, "Restore a backup, or look at the file's rights.")]
        }
    }

    private func soundness(_ database: Database) async throws -> Finding {
        let problems = try await database.engine.check()
        let version = try await database.engine.version()
        guard let first = problems.first else { return .ok("database", "\(version), sound. 'darkroom audit' checks the books in it.") }
        return .problem("database", first, "Stop the server, keep a copy of the file, and restore a backup.")
    }

    private func schema(_ database: Database) async throws -> Finding {
        do {
            let pending = try await Schema.migrator.pending(database)
            if pending.isEmpty { return .ok("schema", "up to date.") }
            return .information("schema", "\(pending.count) steps to take (\(pending.joined(separator: ", "))); starting the server takes them.")
        } catch let error as DatabaseError where error.kind == .schema {
            return .problem("schema", error.message, "Use the program's version that made it.")
        }
    }

    /// Nothing to say while there are no tables.
    private func administrator(_ database: Database) async throws -> Finding? {
        guard (try? await Schema.migrator.pending(database).isEmpty) == true else { return nil }
        if let user = try await database.read({ try $0.firstAdministrator() }) { return .ok("administrator", "\(user.email).") }
        return .warning("administrator", "there is none.", "darkroom admin create-user EMAIL --admin")
    }

    private func files() async -> Finding {
        do {
            return .ok("files", try await LocalFileStore(folder: settings.data + "/files").check() + ".")
        } catch {
            return .problem("files", Failure(explaining: error).message, "Let this user write in \(settings.data)/files, and make room.")
        }
    }
}

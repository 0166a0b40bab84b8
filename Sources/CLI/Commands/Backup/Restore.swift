import Core
import Foundation
import SQL

#if canImport(Glibc)
import Glibc
#endif

/// Makes a data folder of a backup, having looked at every byte. What is not whole is not left behind.
struct Restore: Sendable {
    struct Report: Sendable {
        let manifest: BackupManifest
        let audit: LedgerCheck.Report
    }

    let backup: String
    let data: String

    func callAsFunction() async throws -> Report {
        umask(0o077)
        let manifest = try BackupManifest.read(in: backup)
        let sums = try checksums()
        try checkIsEmpty()
        let draft = data + ".unfinished"
        do {
            try copy(sums, to: draft)
            let audit = try await check(draft, manifest)
            // An empty folder gives way to a full one.
            guard rename(draft, data) == 0 else {
                throw Failure(.failed, "\(data) cannot be created: \(String(cString: strerror(errno))).")
            }
            return Report(manifest: manifest, audit: audit)
        } catch {
            if FileManager.default.fileExists(atPath: draft) { try FileManager.default.removeItem(atPath: draft) }
            throw error
        }
    }

    private func checksums() throws -> Checksums {
        guard let text = FileManager.default.contents(atPath: backup + "/" + Checksums.name) else {
            throw Failure(.failed, "\(backup) has no \(Checksums.name), so it cannot be verified.")
        }
        let sums = try Checksums(reading: String(decoding: text, as: UTF8.self), of: backup)
        for name in ["darkroom.sqlite", "secrets.json", BackupManifest.name]
        where !sums.lines.contains(where: { $0.path == name }) {
            throw Failure(.failed, "\(backup)/\(Checksums.name) does not list \(name).")
        }
        return sums
    }

    private func checkIsEmpty() throws {
        guard !FileManager.default.fileExists(atPath: data + ".unfinished") else {
            throw Failure(.failed, """
                \(data).unfinished already exists, perhaps from an interrupted restore. Check it, then remove it.
                """)
        }
        guard FileManager.default.fileExists(atPath: data) else { return }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: data), names.isEmpty else {
            throw Failure(
                .usage, "\(data) is not empty. Restore into a new or empty folder; restore never overwrites files.")
        }
    }

    private func copy(_ sums: Checksums, to folder: String) throws {
        for line in sums.lines {
            let isKept = line.path != BackupManifest.name
            let found: String
            if isKept {
                guard let file = try CopiedFile(from: "\(backup)/\(line.path)", to: "\(folder)/\(line.path)") else {
                    throw Failure(
                        .failed, "\(backup)/\(line.path) is missing. The backup is incomplete. Nothing was restored.")
                }
                found = file.sha256
            } else {
                found = try CopiedFile.sha256(of: "\(backup)/\(line.path)").sha256
            }
            guard found == line.sha256 else {
                throw Failure(
                    .failed, "\(backup)/\(line.path) is damaged: its checksum differs. Nothing was restored.")
            }
        }
    }

    private func check(_ folder: String, _ manifest: BackupManifest) async throws -> LedgerCheck.Report {
        let database = Database(try SQLiteEngine(path: folder + "/darkroom.sqlite"))
        do {
            let counts = try await database.read { try $0.rowsByTable() }
            guard counts == manifest.tables else {
                throw Failure(.failed, """
                    The rows of the database in \(backup) differ from its \(BackupManifest.name). Nothing was \
                    restored.
                    """)
            }
            // An older schema is brought up to date now: the rules of the audit are of today.
            try await Schema.migrator.migrate(database) { Time.system.now().milliseconds }
            let audit = try await LedgerCheck(database)()
            await database.close()
            return audit
        } catch {
            await database.close()
            throw error
        }
    }
}

import Core
import Foundation
import SQL

#if canImport(Glibc)
import Glibc
#endif

/// Copies an embedded installation beside its running server: first the database as one instant sees it, then the
/// files, so that a file which comes in between is one too many in the backup and not one too few.
struct Backup: Sendable {
    let data: String
    let database: String
    let files: String
    /// A folder that is not there yet.
    let target: String
    let time: Time

    /// What is in it. Where something goes wrong, what was made of it is taken away.
    func callAsFunction() throws -> BackupManifest {
        umask(0o077)
        guard !FileManager.default.fileExists(atPath: target) else {
            throw Failure(.usage, "\(target) already exists. Choose a folder that does not exist; backup creates it.")
        }
        // Under another name until it is whole, so that no half of one is taken for a backup.
        let draft = target + ".unfinished"
        do {
            try FileManager.default.createDirectory(
                atPath: draft, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let manifest = try fill(draft)
            guard rename(draft, target) == 0 else {
                throw Failure(.failed, "\(target) cannot be created: \(String(cString: strerror(errno))).")
            }
            return manifest
        } catch {
            try FileManager.default.removeItem(atPath: draft)
            throw error
        }
    }

    private func fill(_ folder: String) throws -> BackupManifest {
        let copy = folder + "/darkroom.sqlite"
        try SQLiteFile.copy(database, to: copy)
        var sums = Checksums()
        let (hash, size) = try CopiedFile.sha256(of: copy)
        sums.lines.append(.init(sha256: hash, path: "darkroom.sqlite"))
        guard let secrets = try CopiedFile(from: data + "/secrets.json", to: folder + "/secrets.json") else {
            throw Failure(.failed, "There is no secrets.json in \(data). Start a server on it first.")
        }
        sums.lines.append(.init(sha256: secrets.sha256, path: "secrets.json"))
        var bytes = size + secrets.size
        var count = 0
        for name in stored() {
            guard let file = try CopiedFile(from: "\(files)/\(name)", to: "\(folder)/files/\(name)") else { continue }
            sums.lines.append(.init(sha256: file.sha256, path: "files/\(name)"))
            bytes += file.size
            count += 1
        }
        let manifest = BackupManifest(
            format: BackupManifest.format, version: App.version, madeAt: Backup.text(time.now()),
            tables: try rows(in: copy), files: count, bytes: bytes)
        let text = try manifest.encoded()
        try SecretFile.create(folder + "/" + BackupManifest.name, Array(text))
        sums.lines.append(.init(
            sha256: try CopiedFile.sha256(of: folder + "/" + BackupManifest.name).sha256, path: BackupManifest.name))
        try SecretFile.create(folder + "/" + Checksums.name, Array(sums.text.utf8))
        return manifest
    }

    /// All but what is still arriving.
    private func stored() -> [String] {
        guard let all = FileManager.default.enumerator(atPath: files) else { return [] }
        var names: [String] = []
        for case let name as String in all {
            if name == "incoming" { all.skipDescendants() }
            if all.fileAttributes?[.type] as? FileAttributeType == .typeRegular { names.append(name) }
        }
        return names.sorted()
    }

    private func rows(in copy: String) throws -> [String: Int] {
        // Opening it as a database in use would change the bytes that were hashed.
        try SQLiteFile.read(copy) { try $0.rowsByTable() }
    }

    private static func text(_ now: Instant) -> String {
        Foundation.Date(timeIntervalSince1970: Double(now.seconds)).ISO8601Format()
    }
}

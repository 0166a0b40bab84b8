import Foundation

/// What a backup says of itself, in `manifest.json`. The bytes of all else are in `SHA256SUMS`, as `sha256sum` writes
/// it.
struct BackupManifest: Codable, Sendable, Equatable {
    static let format = 1
    static let name = "manifest.json"

    let format: Int
    /// Of the program that made it.
    let version: String
    /// When, as in 2026-11-21T08:00:00Z.
    let madeAt: String
    /// How many rows each table has.
    let tables: [String: Int]
    let files: Int
    let bytes: Int

    static func read(in folder: String) throws -> BackupManifest {
        guard let data = FileManager.default.contents(atPath: folder + "/" + name) else {
            throw Failure(.usage, "\(folder) is not a backup: it has no \(name).")
        }
        let manifest: BackupManifest
        do {
            manifest = try JSONDecoder().decode(BackupManifest.self, from: data)
        } catch {
            throw Failure(.failed, "\(folder)/\(name) cannot be read: it is damaged, or another program wrote it.")
        }
        guard manifest.format == format else {
            throw Failure(.failed, """
                \(folder) is a backup in format \(manifest.format), which this version does not know. Use Darkroom \
                \(manifest.version), which created it.
                """)
        }
        return manifest
    }

    /// For people.
    var contents: String {
        "\(tables.values.reduce(0, +)) rows of \(tables.count) tables and \(files) \(files == 1 ? "file" : "files")"
    }

    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}

import Core
import Foundation

/// The files of a backup with the hash of their bytes, in the form that `sha256sum --check` reads too.
struct Checksums: Sendable, Equatable {
    static let name = "SHA256SUMS"

    struct Line: Sendable, Equatable {
        let sha256: String
        /// Below the backup's folder.
        let path: String
    }

    var lines: [Line] = []

    var text: String {
        lines.map { "\($0.sha256)  \($0.path)\n" }.joined()
    }

    init() {}

    /// Throws where a line is none, or leads out of the folder.
    init(reading text: String, of folder: String) throws {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].utf8.count == 64, Hex.bytes(String(parts[0])) != nil,
                parts[1].first == " ",
                Checksums.isSafe(parts[1].dropFirst())
            else {
                throw Failure(.failed, "\(folder)/\(Checksums.name) has an invalid line: '\(line.prefix(100))'.")
            }
            lines.append(Line(sha256: String(parts[0]), path: String(parts[1].dropFirst())))
        }
    }

    /// What a restored folder may hold, and nothing beside or above it.
    private static func isSafe(_ path: Substring) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isBelow = parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && !path.utf8.contains(0)
        return isBelow
            && (["darkroom.sqlite", "secrets.json", BackupManifest.name].contains(String(path))
                || (parts[0] == "files" && parts.count > 1))
    }
}

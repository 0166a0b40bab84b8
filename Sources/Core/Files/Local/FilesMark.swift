import Foundation
package import SQL

/// A mark in the folder of files that the database knows: the proof that nodes which share a database share the folder,
/// too. A node with another folder would receive files that no other node finds.
package struct FilesMark: Sendable {
    /// Why a node must not work with this folder.
    package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        /// The database knows of a folder, and this one has no mark.
        case missing(path: String, mark: String)
        case other(path: String)

        package var description: String {
            switch self {
            case .missing(let path, let mark): """
                The folder of files differs from the one that the other nodes of this database use: \(path) does \
                not exist. Set DARKROOM_FILES to the folder of the other nodes. If this is that folder and only the \
                file was lost, create it again: echo \(mark) > \(path)
                """
            case .other(let path): """
                The folder of files belongs to another installation, according to \(path). Set DARKROOM_FILES to \
                the folder that the other nodes of this database use.
                """
            }
        }
    }

    private let path: String

    package init(folder: String) {
        path = folder + "/.installation"
    }

    /// Makes the mark if the installation has none yet; else throws a `Refusal` if the folder is another.
    package func claim(_ database: Database, time: Time) async throws {
        if let mark = try await database.read({ try $0.installation.fact(.files) }) { return try check(mark) }
        let candidate = ID<FilesMark>.make(at: time.now()).rawValue
        let isOurs = try SecretFile.create(path, Array((candidate + "\n").utf8))
        let (found, now) = (try read() ?? candidate, time.now())
        let mark = try await database.write(order: .alone) {
            try $0.installation.keepFirst(found, as: .files, now: now)
        }
        guard mark != found else { return }
        // Another node with another folder was quicker.
        if isOurs { try FileManager.default.removeItem(atPath: path) }
        try check(mark)
    }

    /// Throws a `Refusal` if the folder is not the one that the database knows. Changes nothing.
    package func check(_ database: Database) async throws {
        if let mark = try await database.read({ try $0.installation.fact(.files) }) { try check(mark) }
    }

    private func check(_ mark: String) throws {
        guard let found = try read() else { throw Refusal.missing(path: path, mark: mark) }
        guard found == mark else { throw Refusal.other(path: path) }
    }

    private func read() throws -> String? {
        try SecretFile.read(path).map { bytes in
            String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }
}

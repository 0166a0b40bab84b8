import Foundation

/// The folder itself: it exists, is for this user alone, and has room.
struct DataFolderCheck {
    private static let little: Int64 = 1 << 30

    let folder: String

    var isOurs: Bool { access(folder, R_OK | W_OK | X_OK) == 0 }

    func findings() -> [Finding] {
        switch PathState(folder) {
        case .missing:
            return [
                .information(
                    "data folder",
                    "\(folder) does not exist yet. The first 'darkroom serve' creates it."),
            ]
        case .file, .insideFile:
            return [
                .problem("data folder", "\(folder) is a file, or inside a file.", "Set --data to a folder."),
            ]
        case .folder, .forbidden: break
        }
        guard isOurs else {
            return [
                .problem(
                    "data folder", "this user cannot read and write \(folder).",
                    "Run as the owner of the folder, or change the owner: chown -R $(id -un) \(folder)"),
            ]
        }
        return [rights(), room()]
    }

    private func rights() -> Finding {
        if let mode = mode(of: folder), mode & 0o077 != 0 {
            return .warning(
                "data folder", "\(folder) is accessible to other users (mode \(String(mode, radix: 8))).",
                "chmod 700 \(folder)")
        }
        for name in ["secrets.json", "first-administrator-password", "server.json", "server.lock"] {
            guard let mode = mode(of: "\(folder)/\(name)"), mode & 0o077 != 0 else { continue }
            return .problem(
                "data folder", "\(name) is accessible to other users (mode \(String(mode, radix: 8))).",
                "chmod 600 \(folder)/\(name)")
        }
        return .ok("data folder", "\(folder), accessible only to this user.")
    }

    private func room() -> Finding {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value else {
            return .information("free space", "unknown.")
        }
        let text = "\(free >> 20) MB free."
        return free < Self.little
            ? .warning("free space", text, "Free disk space, or move the data folder. On a full disk all jobs stop.")
            : .ok("free space", text)
    }

    private func mode(of path: String) -> Int? {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? NSNumber)?.intValue
    }
}

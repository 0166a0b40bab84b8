import Foundation

/// The folder itself: it exists, is for this user alone, and has room.
struct DataFolderCheck {
    private static let little: Int64 = 1 << 30

    let folder: String

    var exists: Bool { FileManager.default.fileExists(atPath: folder) }
    var isOurs: Bool { access(folder, R_OK | W_OK | X_OK) == 0 }

    func findings() -> [Finding] {
        guard exists else {
            return [
                .information(
                    "data folder",
                    "\(folder) is not there yet; the first 'darkroom serve' makes it, with everything in it."),
            ]
        }
        guard isOurs else {
            return [
                .problem(
                    "data folder", "\(folder) cannot be read and written by this user.",
                    "Run as its owner, or give it to this user: chown -R $(id -un) \(folder)"),
            ]
        }
        return [rights(), room()]
    }

    private func rights() -> Finding {
        if let mode = mode(of: folder), mode & 0o077 != 0 {
            return .warning(
                "data folder", "\(folder) is open to other users (mode \(String(mode, radix: 8))).",
                "chmod 700 \(folder)")
        }
        for name in ["secrets.json", "first-administrator-password", "server.json"] {
            guard let mode = mode(of: "\(folder)/\(name)"), mode & 0o077 != 0 else { continue }
            return .problem(
                "data folder", "\(name) is open to other users (mode \(String(mode, radix: 8))).",
                "chmod 600 \(folder)/\(name)")
        }
        return .ok("data folder", "\(folder), for this user only.")
    }

    private func room() -> Finding {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value else {
            return .information("free space", "is unknown here.")
        }
        let text = "\(free >> 20) MB free."
        return free < Self.little
            ? .warning("free space", text, "Make room, or move the data folder: a full disk stops every job.")
            : .ok("free space", text)
    }

    private func mode(of path: String) -> Int? {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? NSNumber)?.intValue
    }
}

import Core
import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// The address of a data folder's server on this machine, so that other commands find it by themselves. The file is
/// there while a server runs; only its owner can read it.
struct ServerFile: Codable, Equatable {
    let url: String
    /// What links begin with. It may lead around a proxy that cannot be reached from here.
    let publicURL: String
    /// Where its sandbox is, if it works with one.
    let sandboxURL: String?
    /// Its Stripe emulator, if it has one, and the key to it.
    let stripeSandboxURL: String?
    let stripeSandboxKey: String?
    let pid: Int32

    private static func path(in folder: String) -> String { folder + "/server.json" }

    /// Whole or not at all: written under another name and then moved.
    func write(to folder: String) throws {
        let draft = Self.path(in: folder) + ".\(pid)"
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard
            FileManager.default.createFile(
                atPath: draft, contents: try JSONEncoder().encode(self), attributes: attributes),
            rename(draft, Self.path(in: folder)) == 0
        else { throw Failure(.failed, "\(draft) cannot be written: \(String(cString: strerror(errno))).") }
    }

    /// Unless another server has put its own there since.
    func remove(from folder: String) {
        guard Self.read(in: folder) == self else { return }
        unlink(Self.path(in: folder))
    }

    /// Nil if no server runs. One that was killed leaves its file behind, so its process is looked for.
    static func running(in folder: String) -> ServerFile? {
        guard let file = read(in: folder), kill(file.pid, 0) == 0 || errno == EPERM else { return nil }
        return file
    }

    private static func read(in folder: String) -> ServerFile? {
        FileManager.default.contents(atPath: path(in: folder)).flatMap {
            try? JSONDecoder().decode(ServerFile.self, from: $0)
        }
    }
}

extension ServerFile {
    /// The port of its Stripe emulator.
    var stripeSandboxPort: Int? { stripeSandboxURL.flatMap { Origin($0)?.port } }

    /// Of this process.
    init(_ settings: Settings, stripeSandboxKey: String?) {
        self.init(
            url: settings.localURL, publicURL: settings.publicURL,
            sandboxURL: settings.sandbox?.url,
            stripeSandboxURL: settings.stripeEmulatorURL, stripeSandboxKey: stripeSandboxKey, pid: getpid())
    }
}

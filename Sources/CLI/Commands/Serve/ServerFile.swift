import Core
import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// The address of a data folder's server on this machine, so that other commands find it by themselves. The file is
/// there while a server runs; only its owner can read it. One that was killed leaves its file behind: only with
/// `ServerLock` does it stand for a server.
struct ServerFile: Codable, Equatable, Sendable {
    let url: String
    /// What links begin with. It may lead around a proxy that cannot be reached from here.
    let publicURL: String
    /// Where its sandbox is, if it works with one.
    let sandboxURL: String?
    /// The key that its sandbox accepts.
    var sandboxKey: String?
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

    /// What the file and the lock of a folder say together.
    enum State: Equatable, Sendable {
        case none
        case running(ServerFile)
        /// A server holds the lock and has left no address, as while it starts.
        case unnamed(ServerLock.Holder)
        /// Of a server that ended without removing it.
        case stale(ServerFile)
    }

    static func state(in folder: String) -> State {
        switch (ServerLock.holder(in: folder), read(in: folder)) {
        case (nil, nil): .none
        case (nil, let file?): .stale(file)
        case (let holder?, let file?) where holder.pid == file.pid: .running(file)
        case (let holder?, _): .unnamed(holder)
        }
    }

    /// Nil if no server runs, or it has not begun to serve.
    static func running(in folder: String) -> ServerFile? {
        guard case .running(let file) = state(in: folder) else { return nil }
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
    init(_ settings: Settings, _ secrets: Secrets, stripeSandboxKey: String?) {
        self.init(
            url: settings.localURL, publicURL: settings.publicURL,
            sandboxURL: settings.sandbox?.url, sandboxKey: settings.sandbox.map { $0.key ?? secrets.sandboxKey },
            stripeSandboxURL: settings.stripeEmulatorURL, stripeSandboxKey: stripeSandboxKey, pid: getpid())
    }
}

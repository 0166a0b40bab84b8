import Core
import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// What the one server of a data folder holds while it runs: a lock on `server.lock`, which has its process id. The
/// system releases the lock with the process, however that ends, so the file itself says nothing and stays.
final class ServerLock: Sendable {
    private let descriptor: CInt

    /// Throws if another server has the folder, which must exist.
    static func take(in folder: String) async throws -> ServerLock {
        // A command that looks at the lock holds it for an instant.
        for _ in 0..<10 {
            if let lock = try ServerLock(folder) { return lock }
            try await Time.system.sleep(.milliseconds(20))
        }
        try refuseSecond(in: folder)
        throw Failure(.failed, "Another process keeps \(path(in: folder)) locked. Stop it, then start again.")
    }

    /// Throws if another server has the folder. Changes nothing.
    static func refuseSecond(in folder: String) throws {
        guard let holder = holder(in: folder) else { return }
        let server = ServerFile.running(in: folder)
        throw Failure(.failed, """
            The data folder \(folder) is in use: \(holder.name) serves it\(server.map { " at \($0.url)" } ?? ""). \
            Stop that server first, or choose another folder with --data. To process more jobs at the same time, run \
            'darkroom worker --data \(folder)'.
            """)
    }

    struct Holder: Equatable, Sendable {
        /// Nil in the instant before it is written.
        let pid: Int32?

        var name: String { pid.map { "process \($0)" } ?? "another process" }
    }

    /// Who has the folder; nil if no server runs.
    static func holder(in folder: String) -> Holder? {
        let descriptor = open(path(in: folder), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return Holder(pid: Int32(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)))
    }

    /// Nil if it is taken.
    private init?(_ folder: String) throws {
        let path = Self.path(in: folder)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let failure = errno == EWOULDBLOCK ? nil : Self.failure(path)
            close(descriptor)
            if let failure { throw failure }
            return nil
        }
        let pid = Array(String(getpid()).utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, pid, pid.count, 0) == pid.count else {
            let failure = Self.failure(path)
            close(descriptor)
            throw failure
        }
        self.descriptor = descriptor
    }

    /// To be called once everything else of the server is gone.
    func release() { flock(descriptor, LOCK_UN) }

    deinit { close(descriptor) }

    private static func path(in folder: String) -> String { folder + "/server.lock" }

    private static func failure(_ path: String) -> Failure {
        Failure(.failed, """
            \(path) cannot be locked: \(String(cString: strerror(errno))). Choose a data folder on a local disk with \
            --data.
            """)
    }
}

import Core
import Crypto
import Foundation

/// A file copied for its owner alone, its bytes hashed on the way and on the disk when this has returned.
struct CopiedFile: Sendable {
    private static let chunk = 1 << 20

    let size: Int
    let sha256: String

    /// Nil if there is no file at `source` any more. There must be none at `target`; its folders are made.
    init?(from source: String, to target: String) throws {
        let descriptor = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw CopiedFile.failure("read", source)
        }
        let input = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let folder = (target as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let made = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard made >= 0 else { throw CopiedFile.failure("created", target) }
        let output = FileHandle(fileDescriptor: made, closeOnDealloc: true)
        var (hash, size) = (SHA256(), 0)
        do {
            while let bytes = try input.read(upToCount: Self.chunk), !bytes.isEmpty {
                hash.update(data: bytes)
                size += bytes.count
                try output.write(contentsOf: bytes)
            }
            try output.synchronize()
        } catch {
            throw Failure(.failed, "\(source) could not be copied to \(target): \(error.localizedDescription)")
        }
        self.size = size
        sha256 = Hex.text(hash.finalize())
    }

    /// Of a file that lies where it is to be.
    static func sha256(of path: String) throws -> (sha256: String, size: Int) {
        guard let input = FileHandle(forReadingAtPath: path) else { throw failure("read", path) }
        defer { try? input.close() }
        var (hash, size) = (SHA256(), 0)
        while let bytes = try input.read(upToCount: chunk), !bytes.isEmpty {
            hash.update(data: bytes)
            size += bytes.count
        }
        return (Hex.text(hash.finalize()), size)
    }

    private static func failure(_ doing: String, _ path: String) -> Failure {
        Failure(.failed, "\(path) cannot be \(doing): \(String(cString: strerror(errno))).")
    }
}

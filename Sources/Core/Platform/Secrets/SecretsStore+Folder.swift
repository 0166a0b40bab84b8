import Foundation

#if canImport(Glibc)
import Glibc
#endif

extension SecretsStore {
    /// In a file of the data folder that only its owner can read.
    package static func folder(_ folder: String) -> SecretsStore {
        let path = folder + "/secrets.json"
        return SecretsStore(
            load: { try SecretFile.read(path) },
            keepFirst: { document in
                try SecretFile.create(path, document)
                return try SecretFile.read(path) ?? document
            })
    }
}

/// A small file with mode 0600, whole or not there.
package enum SecretFile {
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String

        fileprivate init(_ doing: String, _ path: String) {
            description = "could not \(doing) \(path): \(String(cString: strerror(errno)))"
        }
    }

    /// Returns nil if there is no such file. Removes the access rights of others, if there are any.
    package static func read(_ path: String) throws -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Failure("open", path)
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard fchmod(descriptor, 0o600) == 0 else { throw Failure("protect", path) }
        return try file.read(upToCount: 1 << 20).map { Array($0) } ?? []
    }

    /// Writes a file under another name, then links it: the first of several processes wins, and none sees half a file.
    /// Returns true if this call made it, false if it was there.
    @discardableResult
    package static func create(_ path: String, _ contents: [UInt8]) throws -> Bool {
        let draft = path + "." + UUID().uuidString
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure("create", draft) }
        defer { unlink(draft) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(contents))
        try file.synchronize()
        guard link(draft, path) == 0 else {
            if errno == EEXIST { return false }
            throw Failure("create", path)
        }
        try synchronizeFolder(of: path)
        return true
    }

    /// Without it, a power failure could lose the name of a file whose bytes are safe.
    private static func synchronizeFolder(of path: String) throws {
        let folder = open(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) + "/", O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw Failure("open the folder of", path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw Failure("synchronize the folder of", path) }
    }
}

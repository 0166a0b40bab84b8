// `stat` belongs to this module or to Glibc, whichever the compiler has read first.
import CoreFoundation
import Foundation

/// An open file of the machine. Its calls block: they belong on a thread pool. The descriptor closes with the value.
final class DiskFile: Sendable {
    private let descriptor: Int32

    /// For reading. Symbolic links are refused: we make none.
    init(reading path: String) throws(FileStoreError) {
        descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if descriptor < 0 { throw FileStoreError(path) }
    }

    /// A new file that only we can read.
    init(creating path: String) throws(FileStoreError) {
        descriptor = Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 { throw FileStoreError(path) }
    }

    deinit { close(descriptor) }

    func size() throws(FileStoreError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileStoreError("the file's size") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileStoreError.notFound }
        return Int(status.st_size)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(FileStoreError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileStoreError("writing a file") }
            rest = rest.dropFirst(count)
        }
    }

    /// Fills as much of `buffer` as the file holds from `offset`.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileStoreError) -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
            if count >= 0 { return count }
            if errno != EINTR { throw FileStoreError("reading a file") }
        }
    }

    /// Returns once the bytes would outlive a loss of power.
    func synchronize() throws(FileStoreError) {
        guard fsync(descriptor) == 0 else { throw FileStoreError("writing a file") }
    }

    /// Makes a directory and what is missing above it, up to `root`. New names are durable, not only the files they
    /// name.
    static func makeDirectory(_ path: String, below root: String) throws(FileStoreError) {
        if mkdir(path, 0o700) == 0 { return try synchronizeDirectory(parent(of: path)) }
        switch errno {
        case EEXIST: return
        case ENOENT where path.utf8.count > root.utf8.count:
            try makeDirectory(parent(of: path), below: root)
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileStoreError(path) }
            try synchronizeDirectory(parent(of: path))
        default: throw FileStoreError(path)
        }
    }

    static func synchronizeDirectory(_ path: String) throws(FileStoreError) {
        let descriptor = Foundation.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileStoreError(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileStoreError(path) }
    }

    static func rename(_ path: String, to other: String) throws(FileStoreError) {
        guard Foundation.rename(path, other) == 0 else { throw FileStoreError(other) }
    }

    /// Returns whether there was a file.
    @discardableResult
    static func remove(_ path: String) throws(FileStoreError) -> Bool {
        if unlink(path) == 0 { return true }
        guard errno == ENOENT || errno == ENOTDIR else { throw FileStoreError(path) }
        return false
    }

    /// Removes a directory if nothing is in it; another store may be about to use it, so its staying is no error.
    static func removeEmptyDirectory(_ path: String) {
        rmdir(path)
    }

    static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}

extension FileStoreError {
    /// From `errno`, which is of the call that just failed.
    fileprivate init(_ what: String) {
        let code = errno
        let reason = "\(what): \(String(cString: strerror(code)))"
        switch code {
        case ENOENT, ENOTDIR, ELOOP: self = .notFound
        case ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EFBIG: self = .full(reason)
        default: self = .unavailable(reason)
        }
    }
}

import Foundation

/// A small file system of its own, so that a test can fill it to the last byte. Gone with the value.
package final class SmallFileSystem: Sendable {
    package let path: String
    private let parent: TemporaryFolder

    /// Nil if this process may not mount one.
    package init?(megabytes: Int) throws {
        parent = try TemporaryFolder()
        path = parent.path + "/small"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m,mode=0700") == 0 else { return nil }
    }

    deinit {
        // Also if a program still has a file of it open.
        umount2(path, Int32(MNT_DETACH))
    }

    private var filler: String { path + "/filler" }

    /// Takes all that is left.
    package func fill() throws {
        let descriptor = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Unexpected("no file could be made to fill \(path)") }
        defer { close(descriptor) }
        // In smaller and smaller bites, since others write too.
        var size: off_t = 0
        var bite: off_t = 64 << 20
        while bite >= 4096 {
            if posix_fallocate(descriptor, size, bite) == 0 { size += bite } else { bite /= 2 }
        }
    }

    package func makeRoom() throws {
        try FileManager.default.removeItem(atPath: filler)
    }
}

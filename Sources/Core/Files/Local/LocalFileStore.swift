import Foundation
package import NIOCore
package import NIOPosix

/// Files in a folder of this machine, which only we can read.
///
/// A file is received into `incoming/`, on the same volume, and published by an atomic rename after its bytes are
/// synced. So a key always stands for a whole file, and what a crash leaves is in one place.
package struct LocalFileStore: FileStore {
    private let root: String
    private let threads: NIOThreadPool
    /// Parts are gathered to this size before they go to a thread; reads are of this size.
    static let chunk = 128 << 10

    package init(folder: String, threads: NIOThreadPool = .singleton) throws(FileStoreError) {
        root = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        self.threads = threads
        do {
            try FileManager.default.createDirectory(
                atPath: root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw FileStoreError.full("the folder \(root) cannot be created: \(error.localizedDescription)")
        }
        try DiskFile.makeDirectory(incoming, below: root)
    }

    package func receive<Parts: AsyncSequence<ByteBuffer, any Error>>(
        _ parts: Parts, limit: Int
    ) async throws -> IncomingFile {
        let path = "\(incoming)/\(ID<IncomingFile>.random())"
        do {
            let file = try await blocking { try DiskFile(creating: path) }
            var writer = LocalFileWriter(file: file, path: path, threads: threads, limit: limit)
            for try await part in parts { try await writer.write(part) }
            return try await writer.finish()
        } catch {
            await remove(path)
            throw error
        }
    }

    @discardableResult
    package func publish(_ file: IncomingFile, as key: StorageKey) async throws -> StoredFile {
        try await blocking { try rename(file.location, to: key) }
        return StoredFile(key: key, size: file.size, sha256: file.sha256)
    }

    package func bytes(of file: IncomingFile) async throws -> [UInt8] {
        try await blocking {
            let disk = try DiskFile(reading: file.location)
            var read = 0
            let bytes = try [UInt8](unsafeUninitializedCapacity: file.size) { buffer, count in
                while read < file.size {
                    let rest = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[read...]))
                    let more = try disk.read(into: rest, at: read)
                    if more == 0 { break }
                    read += more
                }
                count = read
            }
            guard bytes.count == file.size else {
                throw FileStoreError.unavailable("a received file was truncated before it was published")
            }
            return bytes
        }
    }

    package func discard(_ file: IncomingFile) async {
        await remove(file.location)
    }

    package func open(_ key: StorageKey, range: Range<Int>?) async throws -> OpenedFile {
        let path = path(of: key)
        let (file, size) = try await blocking {
            let file = try DiskFile(reading: path)
            return (file, try file.size())
        }
        let range = range ?? 0..<size
        guard range.lowerBound >= 0, range.upperBound <= size else {
            throw FileStoreError.unavailable("\(key) has \(size) bytes, but \(range.upperBound) were expected")
        }
        return OpenedFile(size: size, bytes: LocalFileBytes(file: file, range: range, threads: threads))
    }

    package func size(of key: StorageKey) async throws -> Int? {
        let path = path(of: key)
        return try await blocking {
            do throws(FileStoreError) { return try DiskFile(reading: path).size() } catch .notFound { return nil }
        }
    }

    package func delete(_ key: StorageKey) async throws {
        let path = path(of: key)
        try await blocking {
            guard try DiskFile.remove(path) else { return }
            let directory = DiskFile.parent(of: path)
            try DiskFile.synchronizeDirectory(directory)
            DiskFile.removeEmptyDirectory(directory)
        }
    }

    package func removeAbandoned(before instant: Instant) async throws -> Int {
        let incoming = incoming
        return try await blocking {
            let before = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
            var removed = 0
            for name in try FileManager.default.contentsOfDirectory(atPath: incoming) {
                let path = "\(incoming)/\(name)"
                // Another may have finished it, or removed it, since it was listed.
                guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
                    let modified = attributes[.modificationDate] as? Date, modified < before
                else { continue }
                if try DiskFile.remove(path) { removed += 1 }
            }
            return removed
        }
    }

    package func check() async throws -> String {
        let path = "\(incoming)/\(ID<IncomingFile>.random())"
        let root = root
        return try await blocking {
            let file = try DiskFile(creating: path)
            try Array("Darkroom".utf8).withUnsafeBytes { try file.write($0) }
            try file.synchronize()
            try DiskFile.remove(path)
            let free = try FileManager.default.attributesOfFileSystem(forPath: root)[.systemFreeSize] as? NSNumber
            return "\(root) is writable" + (free.map { "; \($0.int64Value >> 20) MB free" } ?? "")
        }
    }

    private var incoming: String { "\(root)/incoming" }

    private func path(of key: StorageKey) -> String { "\(root)/\(key)" }

    /// The folder may be removed between being made and being used, when the last other file in it is deleted: hence
    /// the second try.
    private func rename(_ path: String, to key: StorageKey) throws(FileStoreError) {
        try DiskFile(reading: path).synchronize()
        let target = self.path(of: key)
        let directory = DiskFile.parent(of: target)
        try DiskFile.makeDirectory(directory, below: root)
        do throws(FileStoreError) {
            try DiskFile.rename(path, to: target)
        } catch .notFound {
            try DiskFile.makeDirectory(directory, below: root)
            try DiskFile.rename(path, to: target)
        }
        try DiskFile.synchronizeDirectory(directory)
    }

    /// What cannot be removed now, `removeAbandoned` removes later. Runs even if the task has been cancelled.
    private func remove(_ path: String) async {
        await withCheckedContinuation { continuation in
            threads.submit { _ in
                _ = try? DiskFile.remove(path)
                continuation.resume()
            }
        }
    }

    private func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await threads.runIfActive(work)
    }
}

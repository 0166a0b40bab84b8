import Foundation
import NIOCore
import NIOPosix

/// A stored film as a file of this machine, which is what ffmpeg can seek in. A store may be elsewhere, and its own
/// files are nobody else's to open.
enum VideoCopy {
    /// The film's name in the folder. Nothing of it is from outside, so it is never an option or an address.
    static let name = "film"

    /// Gives `body` a folder that only we can open, with the film in it. It is removed in any case.
    static func with<Value: Sendable>(
        _ key: StorageKey, of store: any FileStore, threads: NIOThreadPool = .singleton,
        _ body: (_ folder: String) async throws -> Value
    ) async throws -> Value {
        try await inFolder(threads) { folder in
            try await copy(key, of: store, to: "\(folder)/\(name)", threads)
            return try await body(folder)
        }
    }

    /// As of a stored film, of one that is in no store yet.
    static func with<Value: Sendable>(
        _ film: [UInt8], threads: NIOThreadPool, _ body: (_ folder: String) async throws -> Value
    ) async throws -> Value {
        try await inFolder(threads) { folder in
            try await threads.runIfActive {
                let file = try DiskFile(creating: "\(folder)/\(name)")
                try film.withUnsafeBytes { try file.write($0) }
            }
            return try await body(folder)
        }
    }

    private static func inFolder<Value: Sendable>(
        _ threads: NIOThreadPool, _ body: (_ folder: String) async throws -> Value
    ) async throws -> Value {
        let folder = "\(parent)/\(prefix)\(ID<VideoFolder>.random())"
        try await threads.runIfActive {
            guard mkdir(folder, 0o700) == 0 else {
                throw FileStoreError.full("\(folder): \(String(cString: strerror(errno)))")
            }
        }
        do {
            let value = try await body(folder)
            await remove(folder, threads)
            return value
        } catch {
            await remove(folder, threads)
            throw error
        }
    }

    /// Removes the folders that crashes left before `instant`.
    static func removeAbandoned(before instant: Instant) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let path = "\(parent)/\(name)"
            // Another process may have removed it since it was listed, and one of another user cannot be removed.
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
                let modified = attributes[.modificationDate] as? Date,
                Int64(modified.timeIntervalSince1970) < instant.seconds
            else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    private static let prefix = "darkroom-film-"
    /// Far longer than ffmpeg may take.
    static let oldest = Duration.seconds(3600)

    private static var parent: String {
        let path = NSTemporaryDirectory()
        return path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    private static func copy(
        _ key: StorageKey, of store: any FileStore, to path: String, _ threads: NIOThreadPool
    ) async throws {
        let file = try await threads.runIfActive { try DiskFile(creating: path) }
        var size = 0
        for try await part in try await store.open(key, range: nil).bytes {
            size += part.readableBytes
            guard size <= key.bucket.sizeLimit else { throw FileStoreError.tooLarge(limit: key.bucket.sizeLimit) }
            try await threads.runIfActive { try part.withUnsafeReadableBytes { try file.write($0) } }
        }
    }

    /// Runs even if the task has been cancelled.
    private static func remove(_ folder: String, _ threads: NIOThreadPool) async {
        await withCheckedContinuation { continuation in
            threads.submit { _ in
                // What cannot be removed now, `removeAbandoned` removes later.
                try? FileManager.default.removeItem(atPath: folder)
                continuation.resume()
            }
        }
    }
}

/// What the random names of the folders stand for.
private enum VideoFolder {}

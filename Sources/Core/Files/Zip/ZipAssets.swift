package import NIOCore
package import SQL

/// Writes files of an account into one ZIP while it is sent: neither the files nor the whole ZIP are ever in memory or
/// on a disk.
package struct ZipAssets: Sendable {
    package static let mostFiles = 10_000
    package static let mostBytes = 100_000_000_000

    private let database: Database
    private let store: any FileStore
    private let time: Time
    /// Assets that are read from the database at once.
    private static let rows = 200
    /// Of what is sent at once, at least.
    private static let part = 64 << 10

    package init(database: Database, store: any FileStore, time: Time) {
        self.database = database
        self.store = store
        self.time = time
    }

    /// Which files a ZIP will have. What the account gets later does not belong to it.
    ///
    /// Throws `ZipError` if there is none, or if they are too many or too large.
    package func plan(_ selection: BulkSelection, of account: ID<Account>) async throws -> ZipPlan {
        var (ids, bytes): ([ID<Asset>], Int) = ([], 0)
        var cursor: ID<Asset>?
        repeat {
            let (page, sizes) = try await database.read { [cursor] transaction in
                let page = try transaction.files.ids(of: account, selection, after: cursor, limit: 1000)
                return (page, try transaction.files.sizes(of: page.ids, of: account))
            }
            for id in page.ids {
                guard let size = sizes[id] else { continue }
                ids.append(id)
                bytes += size
            }
            if ids.count > Self.mostFiles { throw ZipError.tooManyFiles(limit: Self.mostFiles) }
            if bytes > Self.mostBytes { throw ZipError.tooLarge(limit: Self.mostBytes) }
            cursor = page.next
        } while cursor != nil
        guard !ids.isEmpty else { throw ZipError.empty }
        return ZipPlan(account: account, ids: ids)
    }

    /// Sends the ZIP to `sink`, in parts and as fast as that takes them. A file that is gone meanwhile is left out, and
    /// its name is in `MISSING.txt`. Throws what `sink` throws, or what is wrong with the store: then what has been
    /// sent is no ZIP, and its receiver must learn that.
    package func write(_ plan: ZipPlan, to sink: (ByteBuffer) async throws -> Void) async throws {
        var zip = Zip()
        var missing: [String] = []
        for start in stride(from: 0, to: plan.ids.count, by: Self.rows) {
            let ids = Array(plan.ids[start..<min(start + Self.rows, plan.ids.count)])
            let found = try await database.read { try $0.files.filesToZip(ids, of: plan.account) }
            for file in ids.compactMap({ found[$0] }) {
                let name = zip.names.unique(ZipName(file.asset))
                if file.isDeleted {
                    missing.append(name)
                } else if try await !add(file.asset, as: name, to: &zip, sink) {
                    missing.append(name)
                }
            }
        }
        if !missing.isEmpty { zip.add(missing: missing, at: time.now()) }
        zip.pending.writeBytes(zip.writer.finish())
        try await sink(zip.pending)
    }

    /// Returns false, having sent nothing, if its bytes are gone.
    private func add(
        _ asset: Asset, as name: String, to zip: inout Zip, _ sink: (ByteBuffer) async throws -> Void
    ) async throws -> Bool {
        let file: OpenedFile
        do {
            file = try await store.open(asset.key, range: 0..<asset.size)
        } catch FileStoreError.notFound {
            return false
        }
        let entry = ZipEntry(name: name, modified: asset.createdAt, size: asset.size)
        var (checksum, count) = (CRC32(), 0)
        zip.pending.writeBytes(zip.writer.begin(entry))
        for try await part in file.bytes {
            part.withUnsafeReadableBytes { checksum.add($0) }
            count += part.readableBytes
            zip.pending.writeImmutableBuffer(part)
            guard zip.pending.readableBytes >= Self.part else { continue }
            try await sink(zip.pending)
            zip.pending = ByteBuffer()
        }
        guard count == asset.size else {
            throw FileStoreError.unavailable("\(asset.key) has \(count) bytes, but \(asset.size) were expected")
        }
        zip.pending.writeBytes(zip.writer.end(entry, checksum: checksum.value))
        return true
    }
}

/// The files of a ZIP that is to be written.
package struct ZipPlan: Sendable, Hashable {
    let account: ID<Account>
    let ids: [ID<Asset>]
}

package enum ZipError: Error, Sendable, Hashable {
    /// The selection has no files.
    case empty
    case tooManyFiles(limit: Int)
    /// - Parameter limit: In bytes.
    case tooLarge(limit: Int)
}

/// A ZIP on its way.
private struct Zip {
    var writer = ZipWriter()
    var names = ZipNames()
    /// What is to be sent next.
    var pending = ByteBuffer()

    /// A text that says which files are not there.
    mutating func add(missing: [String], at now: Instant) {
        let text = "These files were deleted before they could be added:\r\n\r\n"
            + missing.map { "\($0)\r\n" }.joined()
        let bytes = Array(text.utf8)
        let entry = ZipEntry(name: names.unique(.missing), modified: now, size: bytes.count)
        var checksum = CRC32()
        checksum.add(bytes)
        pending.writeBytes(writer.begin(entry))
        pending.writeBytes(bytes)
        pending.writeBytes(writer.end(entry, checksum: checksum.value))
    }
}

import Core
import Crypto
import Foundation
import NIOCore
import Testing
import TestSupport

struct LocalFileStoreTests {
    let fixture: FilesFixture
    let key = StorageKey.upload(
        ID(rawValue: "01890000-0000-7000-8000-000000000002"), of: ID(rawValue: "01890000-0000-7000-8000-000000000001"),
        .png)

    init() async throws { fixture = try await FilesFixture() }

    private func store(_ bytes: [UInt8], limit: Int = 1 << 20) async throws -> StoredFile {
        let file = try await fixture.store.receive(Parts(bytes), limit: limit)
        return try await fixture.store.publish(file, as: key)
    }

    private func read(_ range: Range<Int>? = nil) async throws -> [UInt8] {
        try await collect(fixture.store.open(key, range: range).bytes)
    }

    private func collect(_ parts: any AsyncSequence<ByteBuffer, any Error>) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await part in parts { bytes.append(contentsOf: part.readableBytesView) }
        return bytes
    }

    private let bytes = [UInt8](Sample.jpeg(metadata: 150_000) + Sample.png(padding: 150_000))

    @Test func `what was stored is read back, whole and in part, with its hash`() async throws {
        let file = try await store(bytes)

        #expect(file.size == bytes.count)
        #expect(file.sha256 == Hex.text(SHA256.hash(data: Data(bytes))))
        #expect(try await read() == bytes)
        #expect(try await read(131_000..<140_000) == Array(bytes[131_000..<140_000]))
        #expect(try await fixture.store.size(of: key) == bytes.count)
    }

    @Test func `a received file says what it holds, and nobody can see it before it is published`() async throws {
        let file = try await fixture.store.receive(Parts(bytes), limit: 1 << 20)
        #expect(file.size == bytes.count)
        #expect(file.head == bytes)
        #expect(file.tail == bytes.suffix(1024))
        #expect(try await fixture.store.size(of: key) == nil)

        let stored = try await fixture.store.publish(file, as: key)
        #expect(stored == StoredFile(key: key, size: bytes.count, sha256: file.sha256))
        #expect(try await fixture.store.size(of: key) == bytes.count)
    }

    @Test func `a discarded file leaves nothing, also in a task that was cancelled`() async throws {
        let file = try await fixture.store.receive(Parts(bytes), limit: 1 << 20)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await fixture.store.discard(file)
        }
        await task.value

        #expect(try fixture.storedPaths() == [])
        await #expect(throws: FileStoreError.notFound) { try await fixture.store.publish(file, as: key) }
        #expect(try await fixture.store.size(of: key) == nil)
    }

    @Test func `a published file stays when it is discarded afterwards`() async throws {
        let file = try await fixture.store.receive(Parts(bytes), limit: 1 << 20)
        try await fixture.store.publish(file, as: key)

        await fixture.store.discard(file)

        #expect(try fixture.storedPaths() == [key.description])
        #expect(try await read() == bytes)
    }

    @Test func `only we can read it`() async throws {
        _ = try await store(bytes)

        let file = try FileManager.default.attributesOfItem(atPath: "\(fixture.folder)/files/\(key)")
        let directory = try FileManager.default.attributesOfItem(atPath: "\(fixture.folder)/files/uploads")
        #expect(file[.posixPermissions] as? Int == 0o600)
        #expect(directory[.posixPermissions] as? Int == 0o700)
    }

    @Test func `storing twice is storing once, and the last is what stays`() async throws {
        _ = try await store([1, 2, 3])
        _ = try await store(bytes)

        #expect(try fixture.storedPaths() == [key.description])
        #expect(try await read() == bytes)
    }

    @Test func `too much and a broken body leave nothing`() async throws {
        await #expect(throws: FileStoreError.tooLarge(limit: 299_999)) { try await store(bytes, limit: 299_999) }
        await #expect(throws: Parts.BrokenOff.self) {
            try await fixture.store.receive(Parts(bytes, breaksOff: true), limit: 1 << 20)
        }
        #expect(try fixture.storedPaths() == [])
    }

    @Test func `deleting removes the bytes and the empty folder, and again is no error`() async throws {
        _ = try await store(bytes)

        try await fixture.store.delete(key)
        try await fixture.store.delete(key)

        #expect(try await fixture.store.size(of: key) == nil)
        await #expect(throws: FileStoreError.notFound) { try await fixture.store.open(key, range: nil) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.folder + "/files/uploads") == [])
    }

    @Test func `a file held open is read to its end after it was deleted`() async throws {
        _ = try await store(bytes)
        let file = try await fixture.store.open(key, range: nil)

        try await fixture.store.delete(key)

        #expect(try await collect(file.bytes) == bytes)
    }

    @Test func `a symbolic link is not followed`() async throws {
        let link = "\(fixture.folder)/files/\(key)"
        try FileManager.default.createDirectory(
            at: URL(filePath: link).deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/etc/hostname")

        await #expect(throws: FileStoreError.self) { try await fixture.store.open(key, range: nil) }
    }

    @Test func `what a crash cut off is removed once it is old, and what is still arriving is not`() async throws {
        let left = fixture.folder + "/files/incoming/left"
        try Data([1]).write(to: URL(filePath: left))
        let written = try #require(FileManager.default.attributesOfItem(atPath: left)[.modificationDate] as? Date)
        let instant = Instant(seconds: Int64(written.timeIntervalSince1970))

        #expect(try await fixture.store.removeAbandoned(before: instant - .seconds(60)) == 0)
        #expect(try await fixture.store.removeAbandoned(before: instant + .seconds(60)) == 1)
        #expect(try fixture.storedPaths() == [])
    }

    @Test func `a check writes, removes and says where`() async throws {
        #expect(try await fixture.store.check().contains("is writable"))
        #expect(try fixture.storedPaths() == [])
    }

    @Test func `a folder that cannot be made is refused with a reason`() throws {
        try Data().write(to: URL(filePath: fixture.folder + "/file"))

        #expect(throws: FileStoreError.self) { try LocalFileStore(folder: fixture.folder + "/file/files") }
    }
}

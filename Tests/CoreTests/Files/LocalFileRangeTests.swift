@testable import Core
import Foundation
import NIOCore
import TestSupport
import Testing

/// What is read and written in parts of every size.
struct LocalFileRangeTests {
    private let fixture: FilesFixture
    private let key = StorageKey.upload(.random(), of: .random(), .png)

    init() async throws { fixture = try await FilesFixture() }

    private func bytes(_ count: Int, _ chance: inout Seeded) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
    }

    private func read(_ range: Range<Int>?) async throws -> [UInt8] {
        let file = try await fixture.store.open(key, range: range)
        var bytes: [UInt8] = []
        for try await part in file.bytes { bytes += part.readableBytesView }
        return bytes
    }

    @Test func `any part of a file is read as it was written, across all borders of chunks`() async throws {
        var chance = Seeded(44)
        let chunk = LocalFileStore.chunk
        let whole = bytes(3 * chunk + 17, &chance)
        try await fixture.store.publish(fixture.store.receive(Parts(whole, of: 4000), limit: .max), as: key)

        var ranges = [0..<0, 0..<1, 0..<chunk, chunk - 1..<chunk + 1, chunk..<2 * chunk, 1..<3 * chunk + 17]
        ranges += [whole.count..<whole.count, whole.count - 1..<whole.count]
        for _ in 0..<30 {
            let (one, other) = (Int(chance.number(0...Int64(whole.count))), Int(chance.number(0...Int64(whole.count))))
            ranges.append(min(one, other)..<max(one, other))
        }
        for range in ranges { #expect(try await read(range) == Array(whole[range]), "\(range)") }
        await #expect(throws: FileStoreError.self) { try await read(0..<whole.count + 1) }
        await #expect(throws: FileStoreError.self) { try await read(-1..<5) }
    }

    @Test(arguments: [0, 1, 1023, 1024, 1025, 131_071, 131_072, 131_073, 262_144, 1_048_576, 1_048_577])
    func `a file of any size says its own beginning and end, however it arrived`(size: Int) async throws {
        var chance = Seeded(45)
        let whole = bytes(size, &chance)
        for part in [1 << 20, 131_072, 65_537, 1000] {
            let file = try await fixture.store.receive(Parts(whole, of: part), limit: size)

            #expect(file.size == size)
            #expect(file.head == Array(whole.prefix(1 << 20)) && file.tail == whole.suffix(1024))
            try await fixture.store.publish(file, as: key)
            #expect(try await read(nil) == whole)
        }
        if size > 0 {
            await #expect(throws: FileStoreError.tooLarge(limit: size - 1)) {
                try await fixture.store.receive(Parts(whole), limit: size - 1)
            }
        }
        #expect(try fixture.storedPaths() == [key.description])
    }

    @Test func `a file that becomes shorter while it is read is an error, not the end`() async throws {
        var chance = Seeded(46)
        let whole = bytes(2 * LocalFileStore.chunk, &chance)
        try await fixture.store.publish(fixture.store.receive(Parts(whole), limit: .max), as: key)
        let file = try await fixture.store.open(key, range: nil)
        let handle = try #require(FileHandle(forWritingAtPath: "\(fixture.folder)/files/\(key)"))
        try handle.truncate(atOffset: 10)
        try handle.close()

        await #expect(throws: FileStoreError.self) { for try await _ in file.bytes {} }
    }

    @Test func `a file is published once, and a second time there is nothing to publish`() async throws {
        let file = try await fixture.store.receive(Parts([1, 2, 3]), limit: 10)
        let other = StorageKey.upload(.random(), of: .random(), .png)
        try await fixture.store.publish(file, as: key)

        await #expect(throws: FileStoreError.notFound) { try await fixture.store.publish(file, as: other) }
        await fixture.store.discard(file)
        await fixture.store.discard(file)

        #expect(try await read(nil) == [1, 2, 3])
        #expect(try await fixture.store.size(of: other) == nil)
    }

    @Test func `a folder under a file's name is no file`() async throws {
        try FileManager.default.createDirectory(
            atPath: "\(fixture.folder)/files/\(key)", withIntermediateDirectories: true)

        await #expect(throws: FileStoreError.notFound) { try await fixture.store.open(key, range: nil) }
        #expect(try await fixture.store.size(of: key) == nil)
    }
}

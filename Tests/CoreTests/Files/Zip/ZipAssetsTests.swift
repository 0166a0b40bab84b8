@testable import Core
import Foundation
import NIOCore
import SQL
import Synchronization
import Testing
import TestSupport

/// ZIPs of stored files, read by the programs that people have.
struct ZipAssetsTests {
    private let large = [UInt8](repeating: 7, count: 100_000)
    private let all = BulkSelection.filter(AssetFilter(), except: [])

    private func zip(_ fixture: FilesFixture, store: (any FileStore)? = nil) -> ZipAssets {
        ZipAssets(database: fixture.database, store: store ?? fixture.store, time: fixture.time)
    }

    /// Files that differ in size and content, the oldest first. Some have the same name.
    private func files(_ count: Int, _ fixture: FilesFixture, _ actor: Actor) async throws -> [Asset] {
        var assets: [Asset] = []
        for number in 0..<count {
            let bytes = Array("file \(number) ".utf8) + [UInt8](repeating: UInt8(number & 255), count: number)
            assets.append(try await fixture.stored(bytes, name: "naïve \(number % 100).png", for: actor))
        }
        return assets
    }

    private func write(_ zip: ZipAssets, _ plan: ZipPlan, to path: String) async throws {
        var bytes: [UInt8] = []
        try await zip.write(plan) { bytes += Array($0.readableBytesView) }
        try Data(bytes).write(to: URL(filePath: path))
    }

    private func run(_ program: String, _ arguments: [String], in folder: String) async throws -> (Int32, String) {
        let process = try await ChildProcess.start(
            URL(filePath: program), arguments, folder: folder, log: "\(folder)/\(UUID().uuidString)")
        let status = await process.exit()
        return (status, process.output + process.errors)
    }

    @Test(arguments: TestEngine.available)
    func `two thousand files are in a ZIP that other programs read`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let assets = try await files(2000, fixture, actor)
        let path = fixture.folder + "/all.zip"

        try await write(zip(fixture), try await zip(fixture).plan(all, of: actor.account), to: path)

        let script = """
            import hashlib, sys, zipfile
            with zipfile.ZipFile(sys.argv[1]) as file:
                assert file.testzip() is None
                names = file.namelist()
                assert len(set(name.lower() for name in names)) == len(names) == 2000, len(names)
                print("\\n".join(sorted(hashlib.sha256(file.read(name)).hexdigest() for name in names)))
            """
        let (status, text) = try await run("/usr/bin/python3", ["-c", script, path], in: fixture.folder)
        #expect(status == 0, "\(text)")
        #expect(text.split(separator: "\n").map(String.init) == assets.map(\.sha256).sorted())
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/unzip") else { return }
        let (tested, words) = try await run("/usr/bin/unzip", ["-tq", path], in: fixture.folder)
        #expect(tested == 0, "\(words)")
    }

    @Test(arguments: TestEngine.available)
    func `what is gone by its turn is left out and named`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let assets = try await files(4, fixture, actor)
        let plan = try await zip(fixture).plan(all, of: actor.account)
        try await fixture.assets.delete(assets[1].id, of: actor.account)
        try await fixture.store.delete(assets[2].key)
        let late = try await fixture.rows(1, for: actor)
        let path = fixture.folder + "/some.zip"

        try await write(zip(fixture), plan, to: path)

        let script = """
            import sys, zipfile
            with zipfile.ZipFile(sys.argv[1]) as file:
                assert file.testzip() is None
                print("|".join(file.namelist()))
                print(file.read("MISSING.txt").decode())
            """
        let (status, text) = try await run("/usr/bin/python3", ["-c", script, path], in: fixture.folder)
        #expect(status == 0, "\(text)")
        #expect(text.hasPrefix("naïve 3.png|naïve 0.png|MISSING.txt\n"))
        #expect(text.contains("naïve 1.png") && text.contains("naïve 2.png"))
        #expect(!plan.ids.contains(late[0].id), "it came later")
    }

    @Test func `a ZIP has what is selected, of one's own, in the trash or not`() async throws {
        let fixture = try await FilesFixture()
        let (actor, other) = (try await fixture.account(), try await fixture.account())
        let assets = try await files(4, fixture, actor)
        let foreign = try await fixture.rows(1, for: other)
        try await fixture.assets.trash(assets[3].id, of: actor.account)
        let zip = zip(fixture)

        let except = BulkSelection.filter(AssetFilter(), except: [assets[0].id])
        #expect(try await zip.plan(except, of: actor.account).ids == [assets[2].id, assets[1].id])
        let trash = BulkSelection.filter(AssetFilter(isTrash: true), except: [])
        #expect(try await zip.plan(trash, of: actor.account).ids == [assets[3].id])
        let few = BulkSelection.only([assets[1].id, foreign[0].id])
        #expect(try await zip.plan(few, of: actor.account).ids == [assets[1].id])
        await #expect(throws: ZipError.empty) { try await zip.plan(.only([foreign[0].id]), of: actor.account) }
    }

    @Test func `too many files, or too large ones, are refused before anything is sent`() async throws {
        let fixture = try await FilesFixture()
        let (actor, other) = (try await fixture.account(), try await fixture.account())
        _ = try await fixture.rows(2, for: other)
        _ = try await fixture.database.write(order: .alone) {
            try $0.execute("UPDATE assets SET size = $1", ZipAssets.mostBytes / 2)
        }
        _ = try await zip(fixture).plan(all, of: other.account)
        _ = try await fixture.rows(1, for: other)
        await #expect(throws: ZipError.tooLarge(limit: ZipAssets.mostBytes)) {
            try await zip(fixture).plan(all, of: other.account)
        }
        _ = try await fixture.rows(ZipAssets.mostFiles, for: actor)
        #expect(try await zip(fixture).plan(all, of: actor.account).ids.count == ZipAssets.mostFiles)
        _ = try await fixture.rows(1, for: actor)
        await #expect(throws: ZipError.tooManyFiles(limit: ZipAssets.mostFiles)) {
            try await zip(fixture).plan(all, of: actor.account)
        }
    }

    @Test func `a receiver that goes away ends the reading`() async throws {
        struct Gone: Error {}
        let fixture = try await FilesFixture()
        let actor = try await fixture.account()
        for _ in 0..<5 { _ = try await fixture.stored(large, for: actor) }
        let store = ReadStore(fixture.store)
        let zip = zip(fixture, store: store)
        let plan = try await zip.plan(all, of: actor.account)

        await #expect(throws: Gone.self) { try await zip.write(plan) { _ in throw Gone() } }

        #expect(store.opened == 1)
    }

    @Test func `a store that fails in between is an error, and never the end of the ZIP`() async throws {
        let fixture = try await FilesFixture()
        let actor = try await fixture.account()
        for _ in 0..<3 { _ = try await fixture.stored(large, for: actor) }
        for fault in [ReadStore.Fault.unavailable, .short, .broken] {
            let zip = zip(fixture, store: ReadStore(fixture.store, fault, at: 2))
            let plan = try await zip.plan(all, of: actor.account)
            var bytes: [UInt8] = []

            await #expect(throws: FileStoreError.self) {
                try await zip.write(plan) { bytes += Array($0.readableBytesView) }
            }

            #expect(bytes.count > large.count && !bytes.suffix(22).starts(with: [0x50, 0x4B, 5, 6]), "\(fault)")
        }
    }
}

/// A store that counts what is opened, and fails with one of the files.
private struct ReadStore: StoreWrapper {
    enum Fault: Sendable {
        case none, unavailable, short, broken
    }

    private final class Count: Sendable {
        let value = Mutex(0)
    }

    let store: LocalFileStore
    private let fault: Fault
    private let number: Int
    private let count = Count()

    init(_ store: LocalFileStore, _ fault: Fault = .none, at number: Int = 0) {
        (self.store, self.fault, self.number) = (store, fault, number)
    }

    var opened: Int { count.value.withLock { $0 } }

    func open(_ key: StorageKey, range: Range<Int>?) async throws -> OpenedFile {
        let opened = count.value.withLock { count in
            count += 1
            return count
        }
        let file = try await store.open(key, range: range)
        guard opened == number else { return file }
        switch fault {
        case .none: return file
        case .unavailable: throw FileStoreError.unavailable("the disk does not respond")
        case .short: return try await store.open(key, range: 0..<file.size - 1)
        case .broken:
            let parts = AsyncThrowingStream<ByteBuffer, any Error> { continuation in
                continuation.yield(ByteBuffer(bytes: [1, 2, 3]))
                continuation.finish(throwing: FileStoreError.unavailable("the disk does not respond"))
            }
            return OpenedFile(size: file.size, bytes: parts)
        }
    }
}

@testable import Core
import NIOCore
import SQL
import Synchronization
import TestSupport
import Testing

/// Uploads whose picture is checked and cleaned before it is stored.
struct PreparedUploadTests {
    let fixture: FilesFixture
    let actor: Actor
    let threads = PictureThreads(count: 1)

    init() async throws {
        fixture = try await FilesFixture()
        actor = try await fixture.account()
    }

    private var prepare: PrepareFile { PrepareFile(PreparePicture(threads: threads)) }

    private func photo(_ orientation: Int = 6) throws -> [UInt8] {
        let pixels = [UInt8](repeating: 90, count: 48 * 32 * 3)
        let jpeg = try Picture(pixels: pixels, width: 48, height: 32, bands: 3).encoded(.jpeg)
        return PictureFile.jpeg(jpeg, adding: [
            PictureFile.exifSegment(TIFFBlock.camera(orientation: orientation)),
            PictureFile.segment(0xFE, [UInt8](repeating: 65, count: 5000)),
        ])
    }

    private func send(
        _ bytes: [UInt8], _ rules: FileRules = FileRules(), store: (any FileStore)? = nil
    ) async throws -> StoreUpload.Outcome {
        try await fixture.uploads(rules, store: store, prepare: prepare)(
            Parts(bytes), name: "a.jpg", announced: nil, for: actor, idempotencyKey: "k")
    }

    @Test func `size, hash and dimensions are those of what is stored, and what was received is gone`() async throws {
        let received = try photo()
        guard case .stored(let asset) = try await send(received) else { throw Unexpected("not stored") }
        let bytes = try await fixture.bytes(of: asset.key)

        #expect(asset.size == bytes.count && asset.size < received.count - 4000 && asset.name == "a.jpg")
        #expect(asset.dimensions == ImageSize(width: 32, height: 48))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("SECRET"))
        #expect(try fixture.storedPaths() == [asset.key.description])
        #expect(try await fixture.database.read { try $0.files.storedBytes(of: actor.account) } == bytes.count)
        #expect(try await fixture.count(.deletions) == 0)
    }

    @Test func `the same received bytes are one upload, others of the same picture are not`() async throws {
        let received = try photo()
        guard case .stored(let asset) = try await send(received) else { throw Unexpected("not stored") }

        #expect(try await send(received) == .repeated(asset))
        await #expect(throws: IdempotencyError.keyReused) { try await send(photo(8)) }
        #expect(try await fixture.count(.assets) == 1)
    }

    @Test func `what is received counts against the quota, though less is stored`() async throws {
        let received = try photo()
        await #expect(throws: AssetError.quotaExceeded(used: 0, limit: received.count - 1)) {
            try await send(received, FileRules(quota: received.count - 1))
        }
        #expect(try fixture.storedPaths() == [])
    }

    @Test func `a picture that is damaged behind its header is refused, and leaves nothing`() async throws {
        var damaged = Sample.png()
        let data = damaged.count - 12 - 100
        damaged.replaceSubrange(data..<data + 20, with: [UInt8](repeating: 0xFF, count: 20))

        await #expect(throws: AssetError.damaged(.png)) { try await send(damaged) }
        await #expect(throws: AssetError.damaged(.jpeg)) { try await send(Sample.jpeg()) }
        await #expect(throws: AssetError.damaged(.webp)) { try await send(Sample.webp()) }
        #expect(try fixture.storedPaths() == [])
        #expect(try await fixture.count(.deletions) == 0)
    }

    @Test func `if the cleaned file cannot be stored, nothing is left of either`() async throws {
        let received = try photo()
        let store = FaultyStore(fixture.store, refusesBytes: true)
        await #expect(throws: FileStoreError.self) { try await send(received, store: store) }
        await #expect(throws: FileStoreError.full("no room for the second")) {
            try await send(received, store: SecondRefused(store: fixture.store))
        }
        #expect(try fixture.storedPaths() == [])
    }

    @Test func `animations of many frames and pixels are refused by their number`() async throws {
        let frame = Array(PictureFile.gif().dropFirst(19).dropLast())
        let file = PictureFile.gif(adding: Array(repeating: frame, count: 500))

        await #expect(throws: AssetError.tooManyFrames(501)) { try await send(file) }
        let allowed = PictureFile.gif(adding: Array(repeating: frame, count: 399))
        guard case .stored(let asset) = try await send(allowed) else { throw Unexpected("not stored") }
        #expect(try await fixture.bytes(of: asset.key) == allowed)
    }

    @Test func `where too many pictures wait, one is refused as that`() async throws {
        let gate = Gate()
        let slow = PictureThreads(count: 1, memory: 1, mostWaiting: 0)
        let holder = Task { try await slow.run(holding: 1, load: { await gate.pass(); return [] }) { _ in } }
        await gate.arrivals()
        let uploads = fixture.uploads(prepare: PrepareFile(PreparePicture(threads: slow)))

        await #expect(throws: AssetError.busy) {
            try await uploads(Parts(photo()), name: nil, announced: nil, for: actor)
        }
        gate.open()
        try await holder.value
        #expect(try fixture.storedPaths() == [])
    }
}

/// Receives one file and no more.
private final class SecondRefused: StoreWrapper {
    let store: LocalFileStore
    private let received = Mutex(0)

    init(store: LocalFileStore) { self.store = store }

    func receive<Parts: AsyncSequence<ByteBuffer, any Error>>(
        _ parts: Parts, limit: Int
    ) async throws -> IncomingFile {
        let number = received.withLock { count in
            count += 1
            return count
        }
        guard number == 1 else { throw FileStoreError.full("no room for the second") }
        return try await store.receive(parts, limit: limit)
    }
}

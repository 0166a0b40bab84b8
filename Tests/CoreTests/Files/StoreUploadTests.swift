import Core
import SQL
import Testing
import TestSupport

struct StoreUploadTests {
    let fixture: FilesFixture
    let actor: Actor

    init() async throws {
        fixture = try await FilesFixture()
        actor = try await fixture.account()
    }

    private func expectNothingLeft() async throws {
        fixture.clock.now = fixture.clock.now + .seconds(3601)
        try await fixture.deleteFiles().runOnce()
        #expect(try fixture.storedPaths() == [])
        #expect(try await fixture.count(.assets) == 0)
        #expect(try await fixture.count(.deletions) == 0)
        #expect(try await fixture.database.read { try $0.files.storedBytes(of: actor.account) } == 0)
    }

    @Test func `an upload is stored, described by its bytes, and counted`() async throws {
        let bytes = Sample.png(640, 480, padding: 5000)

        let asset = try await fixture.upload(bytes, name: "Photo 1.jpg", for: actor)

        #expect(asset.key.description == "uploads/\(actor.account)/\(asset.id).png")
        #expect(asset.type == .png)
        #expect(asset.size == bytes.count)
        #expect(asset.dimensions == ImageSize(width: 640, height: 480))
        #expect(asset.name == "Photo 1.jpg")
        #expect(asset.expiresAt == fixture.clock.now + .seconds(30 * 86_400))
        #expect(try fixture.storedPaths() == [asset.key.description])
        #expect(try await fixture.assets.find(asset.id, of: actor.account) == asset)
        #expect(try await fixture.count(.deletions) == 0)
        #expect(try await fixture.database.read { try $0.files.storedBytes(of: actor.account) } == bytes.count)
    }

    @Test func `without a name it gets a plain one`() async throws {
        #expect(try await fixture.upload(Sample.jpeg(), for: actor).name == "upload.jpg")
    }

    @Test(arguments: ["..", ".", "a/..", "", "  ", "a\0b", "a\r\nb"])
    func `a name that is none is refused before anything is stored`(name: String) async throws {
        await #expect(throws: AssetError.invalidName) { try await fixture.upload(name: name, for: actor) }
        try await expectNothingLeft()
    }

    @Test func `a path as a name is stored as its last part, and the store has no path of it`() async throws {
        let asset = try await fixture.upload(name: "../../holiday/\u{200E}IMG_1.png", for: actor)

        #expect(asset.name == "IMG_1.png")
        #expect(try fixture.storedPaths() == [asset.key.description])
        #expect(try await fixture.assets.find(asset.id, of: actor.account).name == "IMG_1.png")
    }

    @Test func `a picture that was cut off on its way is refused and leaves nothing`() async throws {
        var webp = Sample.webp()
        webp[4] += 100   // Its container says that there is more.
        for (cut, type) in [
            (Sample.png(padding: 5000).prefix(3000), FileType.png), (Sample.jpeg().dropLast(), .jpeg),
            (Sample.gif().dropLast(), .gif), (webp[...], .webp),
        ] {
            let cut = Array(cut)
            await #expect(throws: AssetError.damaged(type)) { try await fixture.upload(cut, for: actor) }
        }
        try await expectNothingLeft()
    }

    @Test func `what is behind the end of a picture does not make it damaged`() async throws {
        let bytes = Sample.jpeg() + Sample.mp4 + [UInt8](repeating: 0xFF, count: 5000)

        #expect(try await fixture.upload(bytes, for: actor).size == bytes.count)
    }

    @Test func `what is not a picture leaves nothing, whatever it is called`() async throws {
        await #expect(throws: AssetError.wrongType(found: nil, allowed: Bucket.uploads.types)) {
            try await fixture.upload(Sample.text, name: "a.png", for: actor)
        }
        await #expect(throws: AssetError.tooManyPixels(ImageSize(width: 65_535, height: 65_535))) {
            try await fixture.upload(Sample.png(65_535, 65_535), for: actor)
        }
        await #expect(throws: AssetError.empty) { try await fixture.upload([], for: actor) }
        try await expectNothingLeft()
    }

    @Test func `more than ten megabytes leave nothing, announced or not`() async throws {
        let bytes = Sample.png(padding: 10 << 20)
        await #expect(throws: AssetError.tooLarge(limit: 10 << 20)) {
            try await fixture.uploads()(Parts(bytes, of: 100_000), name: nil, announced: nil, for: actor)
        }
        await #expect(throws: AssetError.tooLarge(limit: 10 << 20)) {
            try await fixture.uploads()(Parts(bytes, of: 100_000), name: nil, announced: bytes.count, for: actor)
        }
        try await expectNothingLeft()
    }

    @Test func `a connection that breaks off leaves nothing`() async throws {
        await #expect(throws: Parts.BrokenOff.self) {
            let parts = Parts(Sample.png(padding: 5000), breaksOff: true)
            return try await fixture.uploads()(parts, name: nil, announced: nil, for: actor)
        }
        try await expectNothingLeft()
    }

    @Test func `a full disk leaves nothing`() async throws {
        let store = FaultyStore(fixture.store, refusesBytes: true)

        await #expect(throws: FileStoreError.full("no space left on device")) {
            try await fixture.uploads(store: store)(Parts(Sample.png()), name: nil, announced: nil, for: actor)
        }
        try await expectNothingLeft()
    }

    @Test func `an upload that is cancelled when its bytes have arrived leaves nothing`() async throws {
        let parts = Parts(Sample.png(padding: 5000)).map { part in
            withUnsafeCurrentTask { $0?.cancel() }
            return part
        }
        let task = Task { try await fixture.uploads()(parts, name: nil, announced: nil, for: actor) }

        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try fixture.storedPaths() == [])
        try await expectNothingLeft()
    }

    @Test func `a crash between the bytes and the row leaves a file for an hour, and then none`() async throws {
        let id = ID<Asset>.make(at: fixture.clock.now)
        let key = StorageKey.upload(id, of: actor.account, .png)
        let dueAt = fixture.clock.now + .seconds(3600)
        let file = try await fixture.store.receive(Parts(Sample.png()), limit: 1000)
        _ = try await fixture.database.write(order: .alone) { try $0.files.registerPendingFile(key, dueAt: dueAt) }
        try await fixture.store.publish(file, as: key)

        #expect(try await fixture.deleteFiles().runOnce() == 0)
        #expect(try fixture.storedPaths() == [key.description])
        try await expectNothingLeft()
    }

    @Test func `the quota holds, also for uploads that come at once`() async throws {
        let bytes = Sample.png(padding: 1000)
        // For three, and for the byte that each of the others counts while nothing of it has arrived.
        let quota = bytes.count * 3 + 10
        let uploads = fixture.uploads(FileRules(quota: quota))

        let stored = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    do { _ = try await uploads(Parts(bytes), name: nil, announced: nil, for: actor) } catch {
                        #expect(error as? AssetError != nil)
                        return false
                    }
                    return true
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }

        #expect(stored == 3)
        #expect(try fixture.storedPaths().count == 3)
        #expect(try await fixture.count(.deletions) == 0)
        await #expect(throws: AssetError.quotaExceeded(used: bytes.count * 3, limit: quota)) {
            try await uploads(Parts(bytes), name: nil, announced: bytes.count, for: actor)
        }
    }

    @Test
    func `the same key and file are one upload, even if it filled the quota; another file is refused`() async throws {
        let bytes = Sample.png()
        let uploads = fixture.uploads(FileRules(quota: bytes.count))
        @Sendable func send(_ bytes: [UInt8], name: String? = "a.png") async throws -> StoreUpload.Outcome {
            try await uploads(Parts(bytes), name: name, announced: nil, for: actor, idempotencyKey: "k")
        }
        guard case .stored(let asset) = try await send(bytes) else {
            Issue.record("the first was not stored")
            return
        }

        #expect(try await send(bytes) == .repeated(asset))
        #expect(try await send(bytes, name: "pictures/a.png") == .repeated(asset), "the file gets the same name")
        await #expect(throws: IdempotencyError.keyReused) { try await send(Sample.gif()) }
        await #expect(throws: IdempotencyError.keyReused) { try await send(bytes, name: "b.png") }
        #expect(try fixture.storedPaths() == [asset.key.description])
        #expect(try await fixture.count(.assets) == 1)
        #expect(try await fixture.count(.deletions) == 0)
    }

    @Test func `the same key and file at once are one upload`() async throws {
        let uploads = fixture.uploads()
        let outcomes = try await withThrowingTaskGroup(of: StoreUpload.Outcome.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    try await uploads(Parts(Sample.png()), name: nil, announced: nil, for: actor, idempotencyKey: "k")
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let stored = outcomes.filter { if case .stored = $0 { true } else { false } }

        #expect(outcomes.count == 8 && stored.count == 1)
        #expect(try fixture.storedPaths().count == 1)
        #expect(try await fixture.count(.assets) == 1)
    }

    @Test func `uploads an hour are bounded, deleted ones counted, and the wait is said`() async throws {
        let uploads = fixture.uploads(FileRules(uploadsPerHour: 2))
        let outcome = try await uploads(Parts(Sample.png()), name: nil, announced: nil, for: actor)
        guard case .stored(let first) = outcome else { throw Unexpected("\(outcome)") }
        fixture.clock.now = fixture.clock.now + .seconds(600)
        _ = try await uploads(Parts(Sample.png()), name: nil, announced: nil, for: actor)
        try await fixture.assets.delete(first.id, of: actor.account)

        await #expect(throws: AssetError.tooManyUploads(limit: 2, retryAfter: .seconds(3000))) {
            try await uploads(Parts(Sample.png()), name: nil, announced: nil, for: actor)
        }
        fixture.clock.now = fixture.clock.now + .seconds(3000)
        _ = try await uploads(Parts(Sample.png()), name: nil, announced: nil, for: actor)
    }
}

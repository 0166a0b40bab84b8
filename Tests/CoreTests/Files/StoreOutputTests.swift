@testable import Core
import NIOCore
import SQL
import Testing
import TestSupport

struct StoreOutputTests {
    let fixture: FilesFixture
    let actor: Actor
    let job: ID<Job>
    /// Most of these files are a header and no picture.
    var prepare = PrepareFile.unchecked
    var probe: StoreOutput.Probe = { _, _ in nil }

    init() async throws {
        fixture = try await FilesFixture()
        actor = try await fixture.account()
        job = try await fixture.job(of: actor)
    }

    private func storeOutput(_ store: (any FileStore)? = nil) -> StoreOutput {
        StoreOutput(
            fetcher: Fetcher(policy: AddressPolicy(allowPrivate: true), time: fixture.time), database: fixture.database,
            store: store ?? fixture.store, prepare: prepare, probe: probe, rules: FileRules(), time: fixture.time)
    }

    private func outcome(
        _ answer: ScriptedServer.Answer, index: Int = 0, store: (any FileStore)? = nil
    ) async throws -> StoreOutcome {
        let server = try await ScriptedServer { _ in answer }
        return try await storeOutput(store).outcome(
            OutputSource(job: job, account: actor.account, index: index, url: "http://127.0.0.1:\(server.port)/x"))
    }

    private func settle(_ outcome: StoreOutcome) async throws {
        guard case .stored(let output) = outcome else {
            Issue.record("it was not stored: \(outcome)")
            return
        }
        try await fixture.database.write(order: .alone) { try $0.files.insertOutputs([output]) }
    }

    @Test func `an output is stored by its bytes and gets its row with the settlement`() async throws {
        let bytes = Sample.png(1024, 768, padding: 9000)
        let key = "outputs/\(actor.account)/\(job)/2.png"

        let outcome = try await outcome(.ok(bytes), index: 2)
        #expect(try fixture.storedPaths() == [key])
        #expect(try await fixture.count(.assets) == 0)
        try await settle(outcome)

        let asset = try #require(try await fixture.database.read { try $0.files.outputs(of: job) }.first)
        #expect(asset.key.description == key)
        #expect(asset.size == bytes.count && asset.dimensions == ImageSize(width: 1024, height: 768))
        #expect(asset.outputIndex == 2)
        #expect(asset.name == "\(asset.createdAt.text.prefix(10)) \(job.rawValue.suffix(8)) 3.png")
        #expect(asset.createdBy == actor.user)
        #expect(asset.expiresAt == fixture.clock.now + .seconds(90 * 86_400))
        #expect(try await fixture.count(.deletions) == 0)
        #expect(try await fixture.database.read { try $0.files.storedBytes(of: actor.account) } == bytes.count)
    }

    @Test func `storing and settling twice is once, and the second time nothing is fetched`() async throws {
        let first = try await outcome(.ok(Sample.png()))
        let second = try await outcome(.ok(Sample.png()))
        try await settle(first)
        try await settle(second)
        let server = try await ScriptedServer { _ in .status(404) }
        try await settle(try await storeOutput().outcome(
            OutputSource(job: job, account: actor.account, index: 0, url: "http://127.0.0.1:\(server.port)/x")))

        #expect(server.requests.isEmpty)
        #expect(try await fixture.count(.assets) == 1)
        #expect(try fixture.storedPaths().count == 1)
        #expect(try await fixture.count(.deletions) == 0)
    }

    @Test func `an output whose job is never settled goes after a day`() async throws {
        _ = try await outcome(.ok(Sample.webm))

        #expect(try await fixture.deleteFiles().runOnce() == 0)
        fixture.clock.now = fixture.clock.now + .seconds(86_400)
        #expect(try await fixture.deleteFiles().runOnce() == 1)
        #expect(try fixture.storedPaths() == [])
    }

    @Test func `a settlement that comes after its bytes went is refused, and storing again succeeds`() async throws {
        let outcome1 = try await outcome(.ok(Sample.png()))
        fixture.clock.now = fixture.clock.now + .seconds(86_400)
        try await fixture.deleteFiles().runOnce()

        await #expect(throws: AssetError.removedMeanwhile) { try await settle(outcome1) }
        #expect(try await fixture.count(.assets) == 0)
        try await settle(try await outcome(.ok(Sample.png())))
        #expect(try await fixture.count(.assets) == 1)
    }

    @Test
    func `nothing is stored under a key whose removal has begun, and no asset's file is ever removed`() async throws {
        let key = StorageKey.output(0, of: job, actor.account, .png)
        let now = fixture.clock.now
        try await fixture.database.write(order: .alone) { transaction in
            try transaction.files.registerPendingFile(key, dueAt: now)
            _ = try transaction.files.claimFileDeletions(1, now: now, retryAt: now + .seconds(60))
        }
        let refused = try await outcome(.ok(Sample.png()))
        guard case .broken(_, isTransient: true) = refused else {
            Issue.record("it was stored: \(refused)")
            return
        }
        #expect(try fixture.storedPaths() == [])

        _ = try await fixture.database.write(order: .alone) { try $0.files.clearPendingFile(key) }
        try await settle(try await outcome(.ok(Sample.png())))
        let isTaken = try await fixture.database.write(order: .alone) {
            try !$0.files.registerPendingFile(key, dueAt: now)
        }
        #expect(isTaken)
        #expect(try await fixture.deleteFiles().runOnce() == 0)
        #expect(try fixture.storedPaths() == [key.description])
    }

    @Test(arguments: [
        (ScriptedServer.Answer.status(404), false), (.status(503), true), (.ok(Sample.text), false),
        (.ok(Sample.png(), announcing: 9999), true), (.ok([]), true), (.ok(Sample.png(65_535, 65_535)), false),
        (.ok(Array(Sample.png(padding: 99).dropLast(50))), true),
    ])
    func `a broken output leaves nothing and says whether it may pass`(
        answer: ScriptedServer.Answer, isTransient: Bool
    ) async throws {
        let outcome = try await outcome(answer)

        guard case .broken(let reason, let transient) = outcome else {
            Issue.record("it was stored")
            return
        }
        #expect(transient == isTransient)
        #expect(!reason.isEmpty && !reason.contains("/x"))
        #expect(try fixture.storedPaths() == [])
    }

    @Test(arguments: [
        Sample.png(padding: 5_000) + [UInt8](repeating: 0, count: 16), Sample.png() + [0x0A],
        Sample.jpeg() + [UInt8](repeating: 0, count: 2_048), Sample.webp() + [0, 0, 0, 0], Sample.gif() + [0],
    ] as [[UInt8]])
    func `a picture with more behind its end is stored as it came`(bytes: [UInt8]) async throws {
        let outcome = try await outcome(.ok(bytes))

        guard case .stored(let output) = outcome else { throw Unexpected("it was not stored: \(outcome)") }
        #expect(output.asset.size == bytes.count)
    }

    @Test(arguments: [
        Array(Sample.png(padding: 5_000).dropLast(12)), Array(Sample.jpeg().dropLast(2)),
        Array(Sample.webp().dropLast(2)), Array(Sample.gif().dropLast()),
    ] as [[UInt8]])
    func `a picture without its end is damaged and leaves nothing`(bytes: [UInt8]) async throws {
        let outcome = try await outcome(.ok(bytes))

        guard case .broken(let reason, isTransient: true) = outcome else { throw Unexpected("\(outcome)") }
        #expect(reason.contains("damaged"))
        #expect(try fixture.storedPaths() == [])
    }

    @Test func `a full store is not the output's fault, and leaves nothing`() async throws {
        let outcome = try await outcome(.ok(Sample.png()), store: FaultyStore(fixture.store, refusesBytes: true))

        guard case .storeUnavailable = outcome else {
            Issue.record("it is not the store's fault: \(outcome)")
            return
        }
        #expect(try fixture.storedPaths() == [])
    }

    @Test(arguments: [
        Array(Sample.mp4.dropLast()), Array(Sample.mp4.prefix(32)), Array(Sample.webm.dropLast()),
        Array(Sample.webm.prefix(12)),
    ])
    func `a film that breaks off is damaged and leaves nothing`(bytes: [UInt8]) async throws {
        let outcome = try await outcome(.ok(bytes))

        guard case .broken(let reason, isTransient: true) = outcome else { throw Unexpected("\(outcome)") }
        #expect(reason.contains("damaged"))
        #expect(try fixture.storedPaths() == [])
    }

    @Test(arguments: [(Sample.mp4, FileType.mp4), (Sample.webm, .webm)])
    func `a film gets its size and duration, and its row keeps them`(bytes: [UInt8], type: FileType) async throws {
        var tests = self
        tests.probe = { key, type in
            guard key.description.hasSuffix("." + type.fileExtension) else { throw Unexpected("\(key)") }
            return VideoInfo(
                hasVideo: true, dimensions: ImageSize(width: 720, height: 1280), duration: .milliseconds(5_040))
        }

        try await settle(try await tests.outcome(.ok(bytes)))
        let again = try await tests.outcome(.ok(bytes))

        let asset = try #require(try await fixture.database.read { try $0.files.outputs(of: job) }.first)
        #expect(asset.type == type && asset.duration == .milliseconds(5_040))
        #expect(asset.dimensions == ImageSize(width: 720, height: 1280))
        guard case .stored(let output) = again else { throw Unexpected("\(again)") }
        #expect(output.asset.duration == asset.duration && output.asset.dimensions == asset.dimensions)
    }

    @Test func `a film of which nothing is known is stored all the same`() async throws {
        try await settle(try await outcome(.ok(Sample.mp4)))

        let asset = try #require(try await fixture.database.read { try $0.files.outputs(of: job) }.first)
        #expect(asset.type == .mp4 && asset.dimensions == nil && asset.duration == nil)
    }

    @Test func `a film without video is refused for good`() async throws {
        var tests = self
        tests.probe = { _, _ in VideoInfo(hasVideo: false, dimensions: nil, duration: nil) }

        let outcome = try await tests.outcome(.ok(Sample.mp4))

        guard case .broken(let reason, isTransient: false) = outcome else { throw Unexpected("\(outcome)") }
        #expect(reason == "the file is an MP4 without video")
        #expect(try await fixture.count(.deletions) == 1, "its bytes are removed within a day")
    }

    private func picture(_ level: UInt8) throws -> [UInt8] {
        try Picture(pixels: Array(repeating: level, count: 64 * 64 * 3), width: 64, height: 64, bands: 3).encoded(.png)
    }

    @Test func `a picture that is nothing but black is not delivered, and one that is dark is`() async throws {
        let threads = PictureThreads(count: 1)
        var tests = self
        tests.prepare = PrepareFile(PreparePicture(threads: threads))

        let black = try await tests.outcome(.ok(try picture(0)))
        let dark = try await tests.outcome(.ok(try picture(9)), index: 1)

        guard case .unsafe = black, case .stored = dark else { throw Unexpected("black: \(black), dark: \(dark)") }
        #expect(try fixture.storedPaths().count == 1)
        try await threads.close()
    }

    @Test func `a picture that breaks off is worth another try`() async throws {
        let threads = PictureThreads(count: 1)
        var tests = self
        tests.prepare = PrepareFile(PreparePicture(threads: threads))
        let pixels = (0..<64 * 64 * 3).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let whole = try Picture(pixels: pixels, width: 64, height: 64, bands: 3).encoded(.png)

        let outcome = try await tests.outcome(.ok(Array(whole.prefix(whole.count / 2))))

        guard case .broken(_, isTransient: true) = outcome else { throw Unexpected("\(outcome)") }
        try await threads.close()
    }

    @Test func `a clean output keeps its bytes, and one that says where it was made loses that`() async throws {
        let threads = PictureThreads(count: 1)
        var tests = self
        tests.prepare = PrepareFile(PreparePicture(threads: threads))
        let clean = try picture(9)
        let placed = PictureFile.png(clean, adding: [PictureFile.chunk("eXIf", TIFFBlock.camera())])

        for (index, bytes) in [clean, placed].enumerated() {
            guard case .stored(let output) = try await tests.outcome(.ok(bytes), index: index) else {
                throw Unexpected("it was not stored")
            }
            let stored = try await fixture.bytes(of: output.asset.key)
            #expect(output.asset.size == stored.count && output.asset.dimensions == ImageSize(width: 64, height: 64))
            #expect(index == 0 ? stored == clean : !String(decoding: stored, as: UTF8.self).contains("SECRET"))
        }
        #expect(try fixture.storedPaths().count == 2, "what was received is gone")
        try await threads.close()
    }
}

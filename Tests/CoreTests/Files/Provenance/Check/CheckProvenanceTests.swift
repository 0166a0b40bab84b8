@testable import Core
import Crypto
import Foundation
import SQL
import TestSupport
import Testing

/// Files that strangers send to be checked.
struct CheckProvenanceTests {
    private let client = Client(address: "203.0.113.9", userAgent: nil)

    private func checking(_ fixture: FilesFixture, threads: PictureThreads? = nil) throws -> CheckProvenance {
        CheckProvenance(
            database: fixture.database, store: fixture.store, threads: threads ?? PictureThreads(count: 1),
            anchors: { try SignedSample.anchors }, time: fixture.time)
    }

    /// An output with the hash of these bytes.
    private func output(_ bytes: [UInt8], of actor: Actor, at now: Instant) -> Asset {
        let asset = Asset.output(of: actor, at: now)
        return Asset(
            id: asset.id, account: asset.account, createdBy: asset.createdBy, job: asset.job, outputIndex: 0,
            jobKind: asset.jobKind, endpoint: asset.endpoint, key: asset.key, name: asset.name, type: .png,
            size: bytes.count, sha256: Hex.text(SHA256.hash(data: Data(bytes))), dimensions: nil, createdAt: now,
            expiresAt: nil)
    }

    @Test(arguments: TestEngine.available)
    func `what a job made is made here, also after it was deleted, and what was uploaded is not`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let (check, actor) = (try checking(fixture), try await fixture.account())
        let (made, sent) = (Sample.png(10, 10), Sample.png(20, 20))
        let asset = output(made, of: actor, at: fixture.clock.now)
        try await fixture.insert(asset)
        _ = try await fixture.upload(sent, for: actor)

        #expect(try await check(Parts(made), announced: nil, from: client).isMadeHere)
        #expect(try await !check(Parts(made + [0]), announced: nil, from: client).isMadeHere)
        #expect(try await !check(Parts(sent), announced: nil, from: client).isMadeHere)
        try await fixture.database.write(of: actor.account) { transaction in
            _ = try transaction.files.deleteAsset(asset, now: asset.createdAt)
        }
        #expect(try await check(Parts(made), announced: nil, from: client).isMadeHere)
    }

    @Test(arguments: TestEngine.available)
    func `marks and credentials are said, and nothing of the file stays`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let check = try checking(fixture)
        let packet = #"<a xmp:CreatorTool="Tool"/>"#
        let marked = PictureFile.jpeg(Sample.jpeg(), adding: [PictureFile.xmpSegment(packet)])
        var changed = SignedSample.png
        changed[changed.count - 20] ^= 1

        let files = [marked, SignedSample.webp, SignedSample.other, changed, Sample.gif()]
        let results = try await files.asyncMap { file in
            try await check(Parts(file), announced: file.count, from: client)
        }
        #expect(results.map(\.type) == [.jpeg, .webp, .png, .png, .gif])
        #expect(results[0].marks == FileMarks(tool: "Tool") && results[0].credentials == .none)
        guard case .signedHere = results[1].credentials, case .signedElsewhere = results[2].credentials else {
            Issue.record("\(results)")
            return
        }
        #expect(results[3].credentials == .tampered(.content))
        #expect(results[4].credentials == .none && results[4].marks == .none)
        #expect(results.allSatisfy { !$0.isMadeHere })
        #expect(try fixture.storedPaths().isEmpty)
        #expect(try await fixture.count(.assets) == 0)
        #expect(try await fixture.count(.deletions) == 0)
    }

    @Test func `what is no picture and no film is refused, and nothing of it stays`() async throws {
        let fixture = try await FilesFixture()
        let check = try checking(fixture)

        await #expect(throws: AssetError.empty) { try await check(Parts([]), announced: 0, from: client) }
        for bytes in [Sample.text, [0x50, 0x4B, 0x03, 0x04, 0, 0]] {
            await #expect(throws: AssetError.self) { try await check(Parts(bytes), announced: nil, from: client) }
        }
        await #expect(throws: AssetError.tooLarge(limit: 50 << 20)) {
            try await check(Parts(Sample.png()), announced: 51 << 20, from: client)
        }
        await #expect(throws: FileStoreError.tooLarge(limit: 50 << 20)) {
            try await check(Parts([UInt8](repeating: 1, count: 51 << 20), of: 1 << 20), announced: nil, from: client)
        }
        await #expect(throws: Parts.BrokenOff.self) {
            try await check(Parts(Sample.png(), breaksOff: true), announced: nil, from: client)
        }
        #expect(try fixture.storedPaths().isEmpty)
    }

    @Test(arguments: TestEngine.available)
    func `a network checks so many files in ten minutes, and others are not counted with it`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let check = try checking(fixture)
        for _ in 0..<60 { _ = try await check(Parts(Sample.gif()), announced: nil, from: client) }

        let refusal = await #expect(throws: CheckError.self) {
            try await check(Parts(Sample.gif()), announced: nil, from: client)
        }
        #expect(refusal == .throttled(Throttled(retryAfter: .seconds(600))))
        _ = try await check(Parts(Sample.gif()), announced: nil, from: Client(address: "203.0.113.10", userAgent: nil))
        fixture.clock.now = fixture.clock.now + .seconds(600)
        _ = try await check(Parts(Sample.gif()), announced: nil, from: client)
    }

    @Test func `a network has few places, and all networks have a bounded number`() throws {
        let places = CheckPlaces(perNetwork: 2, limit: 3)
        var taken = [try places.take(for: "a"), try places.take(for: "a")]

        #expect(throws: CheckError.tooManyAtOnce) { try places.take(for: "a") }
        taken.append(try places.take(for: "b"))
        #expect(throws: CheckError.tooManyAtOnce) { try places.take(for: "c") }
        taken.removeFirst()
        #expect(throws: Never.self) { _ = try places.take(for: "c") }
        taken = []
        #expect(throws: Never.self) { _ = (try places.take(for: "a"), try places.take(for: "b")) }
    }

    @Test func `where no memory is left for reading, a check is refused and the file is discarded`() async throws {
        let fixture = try await FilesFixture()
        let gate = Gate()
        let threads = PictureThreads(count: 1, memory: 1, mostWaiting: 0)
        async let held: Void = threads.run(holding: 1, load: {
            await gate.pass()
            return []
        }, { _ in })
        await gate.arrivals(1)

        let check = try checking(fixture, threads: threads)
        await #expect(throws: AssetError.busy) { try await check(Parts(Sample.png()), announced: nil, from: client) }
        #expect(try fixture.storedPaths().isEmpty)
        gate.open()
        try await held
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}

@testable import Core
import SQL
import TestSupport
import Testing

/// What is on its way counts, before it has a row.
struct ArrivingUploadsTests {
    private let account = ID<Account>(rawValue: "01900000-0000-7000-8000-00000000ac01")
    private let other = ID<Account>(rawValue: "01900000-0000-7000-8000-00000000ac02")
    private let uploads = ArrivingUploads()

    private func stored(_ bytes: Int = 0, uploads: Int = 0) -> ArrivingUpload.Stored {
        ArrivingUpload.Stored(bytes: bytes, uploads: uploads, retryAfter: .seconds(60))
    }

    @Test func `an account has so many at once, and one that ends makes room`() throws {
        let first = try uploads.begin(account, limit: 2)
        var second: ArrivingUpload? = try uploads.begin(account, limit: 2)

        #expect(throws: AssetError.tooManyAtOnce(limit: 2)) { try uploads.begin(account, limit: 2) }
        _ = try uploads.begin(other, limit: 2)
        second?.finish()
        #expect(throws: AssetError.tooManyAtOnce(limit: 2)) { try uploads.begin(account, limit: 2) }
        second = nil
        _ = try uploads.begin(account, limit: 2)
        withExtendedLifetime((first, second)) {}
    }

    @Test func `what is announced counts for the others at once, and what arrives beyond it as it arrives`() throws {
        let rules = FileRules(quota: 100)
        let (one, two) = (try uploads.begin(account, limit: 8), try uploads.begin(account, limit: 8))

        try one.allow(stored(10), announced: 50, atMost: nil, rules)
        #expect(throws: AssetError.quotaExceeded(used: 60, limit: 100)) {
            try two.allow(stored(10), announced: 41, atMost: nil, rules)
        }
        try two.allow(stored(10), announced: nil, atMost: nil, rules)
        try two.add(30)
        try two.add(10)
        #expect(throws: AssetError.quotaExceeded(used: 60, limit: 100)) { try two.add(1) }
        // The first has room for what it announced, however late it comes, and for no more.
        try one.add(50)
        #expect(throws: AssetError.quotaExceeded(used: 50, limit: 100)) { try one.add(1) }
    }

    @Test func `a form counts as a whole for the others, and as its file for itself`() throws {
        let rules = FileRules(quota: 100)
        let (form, other) = (try uploads.begin(account, limit: 8), try uploads.begin(account, limit: 8))

        // A form of 120 bytes may hold a file of 100.
        try form.allow(stored(), announced: nil, atMost: 120, rules)
        #expect(throws: AssetError.quotaExceeded(used: 120, limit: 100)) {
            try other.allow(stored(), announced: 1, atMost: nil, rules)
        }
        try form.add(100)
        #expect(throws: AssetError.quotaExceeded(used: 0, limit: 100)) { try form.add(1) }
    }

    @Test func `files that arrive count among those of the hour, until their rows do`() throws {
        let rules = FileRules(uploadsPerHour: 3)
        let refusal = AssetError.tooManyUploads(limit: 3, retryAfter: .seconds(60))
        let one = try uploads.begin(account, limit: 8)
        let two = try uploads.begin(account, limit: 8)
        let three = try uploads.begin(account, limit: 8)

        try one.allow(stored(uploads: 1), announced: 1, atMost: nil, rules)
        try two.allow(stored(uploads: 1), announced: 1, atMost: nil, rules)
        #expect(throws: refusal) { try three.allow(stored(uploads: 1), announced: 1, atMost: nil, rules) }
        one.finish()
        #expect(throws: refusal) { try three.allow(stored(uploads: 2), announced: 1, atMost: nil, rules) }
        try three.allow(stored(uploads: 1), announced: 1, atMost: nil, rules)
        withExtendedLifetime(two) {}
    }

    @Test(.timeLimit(.minutes(5)))
    func `the ninth file at once is refused, and one goes on when another has arrived`() async throws {
        let fixture = try await FilesFixture()
        let (actor, other) = (try await fixture.account(), try await fixture.account())
        let uploads = fixture.uploads()
        let files = (0..<8).map { _ in HeldFile(Sample.png(padding: 100), first: 50) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for file in files {
                group.addTask { _ = try await uploads(file.body, name: nil, announced: nil, for: actor) }
                await file.waitUntilUnderWay()
            }

            await #expect(throws: AssetError.tooManyAtOnce(limit: 8)) {
                try await uploads(Parts([], breaksOff: true), name: nil, announced: nil, for: actor)
            }
            _ = try await uploads(Parts(Sample.png()), name: nil, announced: nil, for: other)
            files[0].release()
            _ = try await group.next()
            _ = try await uploads(Parts(Sample.png()), name: nil, announced: nil, for: actor)
            for file in files { file.release() }
            try await group.waitForAll()
        }
        #expect(try await fixture.count(.assets) == 10)
    }

    @Test(.timeLimit(.minutes(5)))
    func `a file that has no room beside those on their way leaves nothing`() async throws {
        let fixture = try await FilesFixture()
        let actor = try await fixture.account()
        let bytes = Sample.png(padding: 5000)
        let uploads = fixture.uploads(FileRules(quota: bytes.count + 2000))
        let file = HeldFile(bytes, first: 3000)
        async let stored = uploads(file.body, name: nil, announced: bytes.count, for: actor)
        await file.waitUntilUnderWay()

        await #expect(throws: AssetError.quotaExceeded(used: bytes.count, limit: bytes.count + 2000)) {
            try await uploads(Parts(bytes), name: nil, announced: nil, for: actor)
        }
        #expect(try fixture.storedPaths().count == 1, "the file that is still on its way")
        file.release()
        _ = try await stored
        #expect(try await fixture.count(.assets) == 1)
    }

    @Test(arguments: TestEngine.available)
    func `a limit refuses a new key before a byte, and a known key stores none`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let rules = FileRules(uploadsPerHour: 1)
        @Sendable func send(
            _ parts: Parts, _ key: String, receivesNothing: Bool = false
        ) async throws -> StoreUpload.Outcome {
            let store = FaultyStore(fixture.store, receivesNothing: receivesNothing)
            return try await fixture.uploads(rules, store: store)(
                parts, name: nil, announced: nil, for: actor, idempotencyKey: key)
        }
        guard case .stored(let asset) = try await send(Parts(Sample.png()), "one") else {
            Issue.record("the first was not stored")
            return
        }

        // Parts that are asked for break off, which would be another error.
        await #expect(throws: AssetError.tooManyUploads(limit: 1, retryAfter: .seconds(3600))) {
            try await send(Parts([], breaksOff: true), "two")
        }
        #expect(try await send(Parts(Sample.png()), "one", receivesNothing: true) == .repeated(asset))
        await #expect(throws: IdempotencyError.keyReused) {
            try await send(Parts(Sample.gif()), "one", receivesNothing: true)
        }
        await #expect(throws: AssetError.tooLarge(limit: 10 << 20)) {
            try await send(Parts(Sample.png(padding: 10 << 20), of: 1 << 20), "one", receivesNothing: true)
        }
        // After a day the key is new again.
        fixture.clock.now = fixture.clock.now + .seconds(86_400)
        await #expect(throws: FileStoreError.self) {
            try await send(Parts(Sample.png()), "one", receivesNothing: true)
        }
        #expect(try await fixture.count(.assets) == 1)
    }
}

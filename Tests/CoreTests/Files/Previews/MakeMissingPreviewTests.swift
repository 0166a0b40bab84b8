@testable import Core
import SQL
import Testing
import TestSupport

struct MakeMissingPreviewTests {
    @Test(arguments: TestEngine.available)
    func `a thumbnail that many ask for at the same time is made once`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let asset = try await fixture.upload(FilesFixture.picture(), for: try await fixture.account())
        let gate = Gate()
        let store = WatchedStore(fixture.store) { if case .open = $0 { await gate.pass() } }
        let missing = try await fixture.previews(store: store).makeMissing

        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<20 {
                group.addTask { try await missing(asset.thumbnailKeys[index % 3], of: asset) }
            }
            await gate.arrivals()
            while missing.underWay.waiters < 19 { await Task.yield() }
            gate.open()
            try await group.waitForAll()
        }

        #expect(store.opened == [asset.key])
        #expect(try fixture.storedPaths() == fixture.paths(of: asset, withThumbnails: true))
        #expect(try await fixture.previews().service.runOnce() == 0, "and not again in the background")
    }

    @Test(arguments: TestEngine.available)
    func `thumbnails that are lost are made again, and crashes then leave nothing`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let asset = try await fixture.upload(FilesFixture.picture(), for: actor)
        try await fixture.previews().service.runOnce()
        let made = try await fixture.assets.find(asset.id, of: actor.account)
        for key in asset.thumbnailKeys { try await fixture.store.delete(key) }

        try await fixture.previews().makeMissing(asset.thumbnailKeys[2], of: asset)

        #expect(try fixture.storedPaths() == fixture.paths(of: asset, withThumbnails: true))
        #expect(try await fixture.assets.find(asset.id, of: actor.account) == made)
        #expect(try await fixture.count(.deletions) == 0)
    }

    @Test(arguments: TestEngine.available)
    func `nothing can be made of a film without a picture, and of what was given up`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let film = try await fixture.film(of: try await fixture.account())
        let missing = try await fixture.previews().makeMissing

        for _ in 0..<2 {
            await #expect(throws: PreviewError.unavailable) { try await missing(film.thumbnailKeys[0], of: film) }
        }
    }

    @Test(arguments: TestEngine.available)
    func `a picture whose bytes are lost is given up, and so are the thumbnails that are left`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let asset = try await fixture.upload(FilesFixture.picture(), for: actor)
        let previews = try await fixture.previews()
        try await previews.service.runOnce()
        try await fixture.store.delete(asset.key)
        try await fixture.store.delete(asset.thumbnailKeys[0])

        await #expect(throws: PreviewError.pending(retryAfter: PreviewClaim.waits[0])) {
            try await previews.makeMissing(asset.thumbnailKeys[0], of: asset)
        }
        for wait in PreviewClaim.waits {
            fixture.clock.advance(by: wait)
            #expect(try await previews.service.runOnce() == 1)
        }

        await #expect(throws: PreviewError.unavailable) {
            try await previews.makeMissing(asset.thumbnailKeys[0], of: asset)
        }
        #expect(try await fixture.deleteFiles().runOnce() == 3)
        #expect(try fixture.storedPaths() == [])
        #expect(try await fixture.assets.find(asset.id, of: actor.account).preview == nil)
    }

    @Test(arguments: TestEngine.available)
    func `what another node makes is waited for, and not for ever`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let asset = try await fixture.upload(FilesFixture.picture(), for: try await fixture.account())
        let now = fixture.clock.now
        let claim = try #require(try await fixture.database.write(order: .alone) {
            try $0.files.claimPreview(.new, now: now)
        })
        let other = try await fixture.previews().makeMissing
        let missing = try await fixture.previews().makeMissing

        let first = Task { try await missing(asset.thumbnailKeys[0], of: asset) }
        await fixture.clock.sleepers()
        #expect(try await other.make(claim) == .made)
        fixture.clock.advance(by: .milliseconds(250))
        try await first.value

        for key in asset.thumbnailKeys { try await fixture.store.delete(key) }
        let until = fixture.clock.now
        _ = try await fixture.database.write(order: .alone) { try $0.files.claimPreview(of: asset.id, now: until) }
        let second = Task { try await missing(asset.thumbnailKeys[0], of: asset) }
        await fixture.clock.sleepers()
        fixture.clock.advance(by: MakeMissingPreview.timeout)
        await #expect(throws: PreviewError.pending(retryAfter: .seconds(5))) { try await second.value }
    }

    @Test func `only so many wait, and who goes away makes room`() async throws {
        let underWay = PreviewsUnderWay(mostWaiters: 2)
        let asset = ID<Asset>.random()
        #expect(underWay.begin(asset) == .begun)
        #expect(underWay.begin(asset) == .isUnderWay)
        #expect(underWay.begin(.random(), atMost: 1) == .tooMany)

        let patient = Task { try await underWay.wait(for: asset) }
        let leaving = Task { try await underWay.wait(for: asset) }
        while underWay.waiters < 2 { await Task.yield() }
        await #expect(throws: PreviewError.busy) { try await underWay.wait(for: asset) }
        leaving.cancel()
        await #expect(throws: CancellationError.self) { try await leaving.value }
        #expect(underWay.waiters == 1)

        underWay.end(asset)
        try await patient.value
        #expect(underWay.waiters == 0)
        try await underWay.wait(for: asset)   // Nobody makes it: there is nothing to wait for.
        #expect(underWay.begin(asset) == .begun)
    }
}

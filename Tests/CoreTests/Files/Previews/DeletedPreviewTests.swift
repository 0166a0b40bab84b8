@testable import Core
import SQL
import Testing
import TestSupport

/// Nothing is left of an asset that is deleted, whenever that is.
struct DeletedPreviewTests {
    private func expectNothing(_ fixture: FilesFixture, at location: SourceLocation = #_sourceLocation) async throws {
        #expect(try fixture.storedPaths() == [], sourceLocation: location)
        #expect(try await fixture.count(.deletions) == 0, sourceLocation: location)
    }

    @Test(arguments: TestEngine.available)
    func `deleting an asset removes its thumbnails at once`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let asset = try await fixture.upload(FilesFixture.picture(), for: actor)
        try await fixture.previews().service.runOnce()

        try await fixture.assets.delete(asset.id, of: actor.account)

        try await expectNothing(fixture)
        #expect(try await fixture.previews().service.runOnce() == 0)
    }

    @Test(arguments: TestEngine.available)
    func `thumbnails that cannot be removed at once are removed later`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let asset = try await fixture.upload(FilesFixture.picture(), for: actor)
        try await fixture.previews().service.runOnce()
        let faulty = FaultyStore(fixture.store, refusesDeletes: true)

        try await Assets(database: fixture.database, store: faulty, time: fixture.time, logger: fixture.logger)
            .delete(asset.id, of: actor.account)
        #expect(try await fixture.count(.deletions) == 4)
        #expect(try await fixture.deleteFiles().runOnce() == 4)

        try await expectNothing(fixture)
    }

    @Test(arguments: TestEngine.available)
    func `assets that expire take their thumbnails with them`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        _ = try await fixture.upload(FilesFixture.picture(), for: try await fixture.account())
        try await fixture.previews().service.runOnce()
        fixture.clock.advance(by: .seconds(31 * 86_400))

        #expect(try await ExpireAssets(database: fixture.database, time: fixture.time).runOnce() == 1)
        #expect(try await fixture.deleteFiles().runOnce() == 4)

        try await expectNothing(fixture)
    }

    @Test(arguments: TestEngine.available)
    func `an asset that is deleted while its thumbnails are stored keeps none`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let asset = try await fixture.upload(FilesFixture.picture(), for: actor)
        let gate = Gate()
        let store = WatchedStore(fixture.store) { if case .publish = $0 { await gate.pass() } }
        let service = try await fixture.previews(store: store).service

        let round = Task { try await service.runOnce() }
        await gate.arrivals()
        try await fixture.assets.delete(asset.id, of: actor.account)
        #expect(try await fixture.count(.deletions) == 3, "what is just being stored stays registered")
        gate.open()

        #expect(try await round.value == 1)
        try await expectNothing(fixture)
    }

    @Test(arguments: TestEngine.available)
    func `an asset that is deleted before its thumbnails are stored gets none`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let film = try await fixture.film(of: actor)
        let gate = Gate()
        let bytes = try FilesFixture.picture()
        let service = try await fixture.previews(poster: { _ in
            await gate.pass()
            return bytes
        }).service

        let round = Task { try await service.runOnce() }
        await gate.arrivals()
        try await fixture.assets.delete(film.id, of: actor.account)
        gate.open()

        #expect(try await round.value == 1)
        try await expectNothing(fixture)
    }

    @Test(arguments: TestEngine.available)
    func `files of a key that is being removed are not stored under it until that is done`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let asset = try await fixture.upload(FilesFixture.picture(), for: actor)
        let (key, now) = (asset.thumbnailKeys[1], fixture.clock.now)
        _ = try await fixture.database.write(order: .alone) { transaction in
            try transaction.files.registerPendingFile(key, dueAt: now)
            return try transaction.files.claimFileDeletions(1, now: now, retryAt: now + .seconds(10))
        }
        let service = try await fixture.previews().service

        #expect(try await service.runOnce() == 1)
        #expect(try fixture.storedPaths() == fixture.paths(of: asset, withThumbnails: false))
        fixture.clock.advance(by: .seconds(30))
        try await fixture.deleteFiles().runOnce()
        #expect(try await service.runOnce() == 1)

        #expect(try fixture.storedPaths() == fixture.paths(of: asset, withThumbnails: true))
        #expect(try await fixture.count(.deletions) == 0)
    }
}

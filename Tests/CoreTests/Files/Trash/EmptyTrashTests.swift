@testable import Core
import SQL
import Testing
import TestSupport

struct EmptyTrashTests {
    private func empty(_ fixture: FilesFixture, batch: Int = 1000) async throws -> Int {
        try await EmptyTrash(
            database: fixture.database, lifetime: .seconds(7 * 86_400), time: fixture.time, batch: batch).runOnce()
    }

    @Test(arguments: TestEngine.available)
    func `what was in the trash for its time is deleted, bytes and all`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let (old, kept) = (try await fixture.upload(for: actor), try await fixture.upload(for: actor))
        try await fixture.assets.trash(old.id, of: actor.account)
        fixture.clock.now = fixture.clock.now + .seconds(7 * 86_400) - .milliseconds(1)

        #expect(try await empty(fixture) == 0)
        fixture.clock.now = fixture.clock.now + .milliseconds(1)
        #expect(try await empty(fixture) == 1)
        #expect(try await fixture.deleteFiles().run() == 1)

        #expect(try fixture.storedPaths() == [kept.key.description])
        #expect(try await fixture.all(of: actor) == [kept])
        #expect(try await fixture.contradictions(of: actor) == [])
        #expect(try await fixture.count(.deletions) == 0)
    }

    @Test(arguments: TestEngine.available)
    func `many of several accounts go, batch by batch, thumbnails included`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let (ann, ben) = (try await fixture.account(), try await fixture.account())
        let assets = try await fixture.rows(25, for: ann) + fixture.rows(7, for: ben)
        for asset in assets { try await fixture.assets.trash(asset.id, of: asset.account) }
        _ = try await fixture.database.write(order: .alone) {
            try $0.execute(
                "UPDATE assets SET thumb_hash = 'x', color = 1, perceptual_hash = '0' WHERE id = $1", assets[0].id)
        }
        fixture.clock.now = fixture.clock.now + .seconds(7 * 86_400)

        #expect(try await empty(fixture, batch: 10) == 32)

        for actor in [ann, ben] {
            #expect(try await fixture.all(of: actor) == [])
            #expect(try await fixture.contradictions(of: actor) == [])
        }
        #expect(try await fixture.count(.deletions) == 35, "a file each, and three thumbnails")
    }

    @Test(arguments: TestEngine.available)
    func `what a job needs stays, and does not keep the others`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let assets = try await fixture.rows(3, for: actor)
        for asset in assets { try await fixture.assets.trash(asset.id, of: actor.account) }
        // As a node of an older version would admit it.
        _ = try await fixture.job(of: actor, input: assets[1].id)
        fixture.clock.now = fixture.clock.now + .seconds(8 * 86_400)

        #expect(try await empty(fixture) == 2)
        #expect(try await fixture.all(of: actor).map(\.id) == [assets[1].id])
    }
}

@testable import Core
import SQL
import Testing
import TestSupport

struct TrashTests {
    @Test(arguments: TestEngine.available)
    func `a file in the trash is there, counts, and comes back as it was`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let asset = try await fixture.upload(for: actor)
        let edited = try await fixture.assets.edit(
            asset.id, of: actor.account, AssetEdit(tags: ["red"], favorite: true))
        let before = try await fixture.database.read { try $0.files.storedBytes(of: actor.account) }

        try await fixture.assets.trash(asset.id, of: actor.account)

        let trashed = try await fixture.assets.find(asset.id, of: actor.account)
        #expect(trashed.trashedAt == fixture.clock.now)
        #expect(trashed.linkEpoch == edited.linkEpoch + 1, "links that were given away end")
        #expect(try await fixture.database.read { try $0.files.storedBytes(of: actor.account) } == before)
        #expect(try fixture.storedPaths() == [asset.key.description])
        #expect(try await fixture.contradictions(of: actor) == [])

        let restored = try await fixture.assets.restore(asset.id, of: actor.account)

        #expect(restored.trashedAt == nil && restored.linkEpoch == edited.linkEpoch + 2)
        #expect(restored.tags == ["red"] && restored.favoriteAt == edited.favoriteAt)
        #expect(try await fixture.contradictions(of: actor) == [])
    }

    @Test(arguments: TestEngine.available)
    func `twice into the trash, or twice out of it, is once`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let asset = try await fixture.upload(for: actor)
        #expect(try await fixture.assets.restore(asset.id, of: actor.account) == asset)
        try await fixture.assets.trash(asset.id, of: actor.account)
        let first = try await fixture.assets.find(asset.id, of: actor.account)
        fixture.clock.now = fixture.clock.now + .seconds(60)

        try await fixture.assets.trash(asset.id, of: actor.account)

        #expect(try await fixture.assets.find(asset.id, of: actor.account) == first, "its time does not begin again")
    }

    @Test(arguments: TestEngine.available)
    func `a file in the trash is not edited, and can be deleted for good`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let asset = try await fixture.upload(for: actor)
        try await fixture.assets.trash(asset.id, of: actor.account)

        await #expect(throws: AssetError.inTrash) {
            try await fixture.assets.edit(asset.id, of: actor.account, AssetEdit(name: "b.png"))
        }
        #expect(try await fixture.assets.find(asset.id, of: actor.account).name == asset.name)
        try await fixture.assets.delete(asset.id, of: actor.account)

        #expect(try fixture.storedPaths() == [])
        await #expect(throws: AssetError.notFound) {
            try await fixture.assets.restore(asset.id, of: actor.account)
        }
        await #expect(throws: AssetError.notFound) { try await fixture.assets.trash(asset.id, of: actor.account) }
    }

    @Test(arguments: TestEngine.available)
    func `a file that a live job needs cannot be put into the trash`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let asset = try await fixture.upload(for: actor)
        let job = try await fixture.job(of: actor, input: asset.id)

        await #expect(throws: AssetError.inUse(by: job)) {
            try await fixture.assets.trash(asset.id, of: actor.account)
        }
        #expect(try await fixture.assets.find(asset.id, of: actor.account) == asset)

        _ = try await fixture.database.write(order: .alone) {
            try $0.execute("UPDATE jobs SET state = 'cancelled', ended_at = 1 WHERE id = $1", job)
        }
        try await fixture.assets.trash(asset.id, of: actor.account)
        #expect(try await fixture.assets.find(asset.id, of: actor.account).trashedAt != nil)
    }

    @Test func `somebody else's file is neither put into the trash nor restored`() async throws {
        let fixture = try await FilesFixture()
        let (mine, other) = (try await fixture.account(), try await fixture.account())
        let asset = try await fixture.upload(for: mine)

        await #expect(throws: AssetError.notFound) { try await fixture.assets.trash(asset.id, of: other.account) }
        try await fixture.assets.trash(asset.id, of: mine.account)
        await #expect(throws: AssetError.notFound) { try await fixture.assets.restore(asset.id, of: other.account) }
        #expect(try await fixture.assets.find(asset.id, of: mine.account).trashedAt != nil)
    }

    @Test func `what expires does so in the trash, too`() async throws {
        let fixture = try await FilesFixture()
        let actor = try await fixture.account()
        let asset = try await fixture.upload(for: actor)
        fixture.clock.now = fixture.clock.now + .seconds(29 * 86_400)
        try await fixture.assets.trash(asset.id, of: actor.account)
        fixture.clock.now = fixture.clock.now + .seconds(86_400)

        #expect(try await ExpireAssets(database: fixture.database, time: fixture.time).runOnce() == 1)

        await #expect(throws: AssetError.notFound) { try await fixture.assets.find(asset.id, of: actor.account) }
    }

    @Test func `a job shows no outputs that are in the trash`() async throws {
        let fixture = try await FilesFixture()
        let actor = try await fixture.account()
        let job = try await fixture.job(of: actor, ended: true)
        let ids = (0..<2).map { _ in ID<Asset>.make(at: fixture.clock.now) }
        try await fixture.database.write(order: .alone) { [now = fixture.clock.now] transaction in
            for (index, id) in ids.enumerated() {
                try transaction.files.insertAsset(Asset(
                    id: id, account: actor.account, createdBy: nil, job: job, outputIndex: index,
                    key: .output(index, of: job, actor.account, .png), name: "\(index + 1).png", type: .png, size: 1,
                    sha256: "", dimensions: nil, createdAt: now, expiresAt: nil))
            }
        }
        try await fixture.assets.trash(ids[0], of: actor.account)

        #expect(try await fixture.database.read { try $0.files.outputs(of: job).map(\.id) } == [ids[1]])
        _ = try await fixture.assets.restore(ids[0], of: actor.account)
        #expect(try await fixture.database.read { try $0.files.outputs(of: job).map(\.id) } == ids)
    }
}

import Core
import SQL
import Testing
import TestSupport

struct ExpireAssetsTests {
    let fixture: FilesFixture
    let actor: Actor

    init() async throws {
        fixture = try await FilesFixture()
        actor = try await fixture.account()
    }

    private func expire(after days: Int) async throws -> Int {
        fixture.clock.now = fixture.clock.now + .seconds(days * 86_400)
        return try await ExpireAssets(database: fixture.database, time: fixture.time).runOnce()
    }

    @Test func `an upload that no job used goes after thirty days, bytes and all`() async throws {
        _ = try await fixture.upload(for: actor)

        #expect(try await expire(after: 29) == 0)
        #expect(try await expire(after: 1) == 1)
        #expect(try await fixture.deleteFiles().runOnce() == 1)

        #expect(try fixture.storedPaths() == [])
        #expect(try await fixture.database.read { try $0.files.storedBytes(of: actor.account) } == 0)
    }

    @Test func `an upload that a job was made from stays for good`() async throws {
        let asset = try await fixture.upload(for: actor)
        _ = try await fixture.job(of: actor, input: asset.id, ended: true)

        #expect(try await expire(after: 31) == 0)
        #expect(try await expire(after: 1000) == 0)
        #expect(try await fixture.assets.find(asset.id, of: actor.account).expiresAt == nil)
    }

    @Test func `an upload shown as somebody's picture stays as long as it is`() async throws {
        let asset = try await fixture.upload(for: actor)
        _ = try await fixture.database.write(order: .alone) {
            try $0.execute(
                "INSERT INTO profiles (user_id, avatar_asset_id, created_at, updated_at) VALUES ($1, $2, 0, 0)",
                actor.user, asset.id)
        }
        #expect(try await expire(after: 31) == 0)

        _ = try await fixture.database.write(order: .alone) {
            try $0.execute("UPDATE profiles SET avatar_asset_id = NULL")
        }
        #expect(try await expire(after: 1) == 1)
    }

    @Test func `one run takes no more than its batch`() async throws {
        for _ in 0..<5 { _ = try await fixture.upload(for: actor) }
        fixture.clock.now = fixture.clock.now + .seconds(31 * 86_400)

        #expect(try await ExpireAssets(database: fixture.database, time: fixture.time, batch: 3).runOnce() == 3)
        #expect(try await ExpireAssets(database: fixture.database, time: fixture.time, batch: 3).runOnce() == 2)
    }
}

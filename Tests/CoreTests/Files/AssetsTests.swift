@testable import Core
import SQL
import Testing
import TestSupport

struct AssetsTests {
    let fixture: FilesFixture
    let mine: Actor
    let other: Actor

    init() async throws {
        fixture = try await FilesFixture()
        mine = try await fixture.account()
        other = try await fixture.account()
    }

    @Test func `somebody else's file is not found, changed or deleted`() async throws {
        let asset = try await fixture.upload(for: mine)

        await #expect(throws: AssetError.notFound) { try await fixture.assets.find(asset.id, of: other.account) }
        await #expect(throws: AssetError.notFound) {
            try await fixture.assets.edit(asset.id, of: other.account, AssetEdit(name: "x"))
        }
        await #expect(throws: AssetError.notFound) { try await fixture.assets.delete(asset.id, of: other.account) }
        #expect(try await fixture.assets.list(of: other.account, limit: 10) == AssetPage(assets: []))
        #expect(try await fixture.assets.find(asset.id, of: mine.account) == asset)
    }

    @Test func `a list goes on behind its cursor, newest first, and separates kinds`() async throws {
        var ids: [ID<Asset>] = []
        for _ in 0..<5 {
            ids.append(try await fixture.upload(for: mine).id)
            fixture.clock.now = fixture.clock.now + .seconds(1)
        }

        let first = try await fixture.assets.list(of: mine.account, AssetFilter(kind: .upload), limit: 3).assets
        let second = try await fixture.assets.list(of: mine.account, after: first[1].id, limit: 3).assets

        #expect(first.map(\.id) == [ids[4], ids[3], ids[2]])
        #expect(second.map(\.id) == [ids[2], ids[1], ids[0]])
        #expect(try await fixture.assets.list(of: mine.account, AssetFilter(kind: .output), limit: 2).assets.isEmpty)
    }

    @Test func `name, tags and favorite change, and what is not mentioned stays`() async throws {
        let asset = try await fixture.upload(name: "a.png", for: mine)

        let tagged = try await fixture.assets.edit(
            asset.id, of: mine.account, AssetEdit(tags: ["b", "a", "b"], favorite: true))
        let named = try await fixture.assets.edit(asset.id, of: mine.account, AssetEdit(name: "é.png"))

        #expect(tagged.tags == ["b", "a"] && tagged.favoriteAt == fixture.clock.now && tagged.name == "a.png")
        #expect(named.name == "é.png" && named.tags == ["b", "a"] && named.favoriteAt != nil)
        #expect(try await fixture.assets.find(asset.id, of: mine.account) == named)
        let unmarked = try await fixture.assets.edit(asset.id, of: mine.account, AssetEdit(favorite: false))
        #expect(unmarked.favoriteAt == nil)
    }

    @Test func `bad names and tags are refused and change nothing`() async throws {
        let asset = try await fixture.upload(for: mine)
        for tags in [[""], [String(repeating: "a", count: 51)], (0..<21).map(String.init), ["a\u{0}"]] {
            await #expect(throws: AssetError.invalidTags) {
                try await fixture.assets.edit(asset.id, of: mine.account, AssetEdit(tags: tags))
            }
        }
        await #expect(throws: AssetError.invalidName) {
            try await fixture.assets.edit(asset.id, of: mine.account, AssetEdit(name: "../x", favorite: true))
        }
        #expect(try await fixture.assets.find(asset.id, of: mine.account) == asset)
    }

    @Test func `deleting removes row, bytes and what they counted`() async throws {
        let asset = try await fixture.upload(for: mine)

        try await fixture.assets.delete(asset.id, of: mine.account)

        #expect(try fixture.storedPaths() == [])
        #expect(try await fixture.count(.deletions) == 0)
        #expect(try await fixture.database.read { try $0.files.storedBytes(of: mine.account) } == 0)
        let link = CheckedLink(key: asset.key, scope: .epoch(0), expiresAt: .distantFuture)
        await #expect(throws: AssetError.notFound) { try await fixture.assets.find(link) }
        await #expect(throws: AssetError.notFound) { try await fixture.assets.delete(asset.id, of: mine.account) }
    }

    @Test func `bytes that will not go are tried again, ever less often, until they do`() async throws {
        let asset = try await fixture.upload(for: mine)
        let faulty = FaultyStore(fixture.store, refusesDeletes: true)
        try await Assets(database: fixture.database, store: faulty, time: fixture.time, logger: fixture.logger)
            .delete(asset.id, of: mine.account)

        #expect(try fixture.storedPaths() == [asset.key.description])
        for wait in [60, 120, 240] {
            #expect(try await fixture.deleteFiles(store: faulty).runOnce() == 0)
            fixture.clock.now = fixture.clock.now + .seconds(wait) - .milliseconds(1)
            let now = fixture.clock.now
            let early = try await fixture.database.write(order: .alone) {
                try $0.files.claimFileDeletions(9, now: now, retryAt: now)
            }
            #expect(early.isEmpty)
            fixture.clock.now = fixture.clock.now + .milliseconds(1)
        }
        #expect(try await fixture.deleteFiles().runOnce() == 1)
        #expect(try fixture.storedPaths() == [])
        #expect(try await fixture.count(.deletions) == 0)
    }

    @Test func `a file that a live job needs stays, until the job has ended`() async throws {
        let asset = try await fixture.upload(for: mine)
        let job = try await fixture.job(of: mine, input: asset.id)

        await #expect(throws: AssetError.inUse(by: job)) { try await fixture.assets.delete(asset.id, of: mine.account) }
        #expect(try fixture.storedPaths() == [asset.key.description])

        _ = try await fixture.database.write(order: .alone) {
            try $0.execute("UPDATE jobs SET state = 'cancelled', ended_at = 1 WHERE id = $1", job)
        }
        try await fixture.assets.delete(asset.id, of: mine.account)
        #expect(try fixture.storedPaths() == [])
    }
}

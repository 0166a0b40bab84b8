@testable import Core
import SQL
import TestSupport
import Testing

/// When a link that we signed opens nothing any more.
struct RevokedLinkTests {
    private func link(_ asset: Asset, _ epoch: Int? = nil) -> CheckedLink {
        CheckedLink(key: asset.key, scope: .epoch(epoch ?? asset.linkEpoch), expiresAt: .distantFuture)
    }

    private func thumbnail(_ asset: Asset) -> CheckedLink {
        CheckedLink(
            key: .thumbnail(640, of: asset.id, asset.account), scope: .epoch(asset.linkEpoch),
            expiresAt: .distantFuture)
    }

    @Test(arguments: TestEngine.available)
    func `a link is valid in its epoch alone, and revoking begins the next`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let mine = try await fixture.account()
        let first = try await fixture.upload(for: mine)
        let other = try await fixture.upload(for: mine)

        let second = try await fixture.assets.revokeLinks(first.id, of: mine.account)
        let third = try await fixture.assets.revokeLinks(first.id, of: mine.account)

        #expect([first, second, third].map(\.linkEpoch) == [0, 1, 2])
        for epoch in [0, 1, 3, .max] {
            await #expect(throws: LinkError.revoked, "\(epoch)") { try await fixture.assets.find(link(first, epoch)) }
        }
        #expect(try await fixture.assets.find(link(third)) == third)
        #expect(try await fixture.assets.find(link(other)) == other, "another asset's links stay")
        var unchanged = third
        unchanged.linkEpoch = 0
        #expect(unchanged == first)
    }

    @Test(arguments: TestEngine.available)
    func `links to the file and to its thumbnails are revoked together`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let mine = try await fixture.account()
        let asset = try await fixture.upload(for: mine)
        #expect(try await fixture.assets.find(thumbnail(asset)) == asset)

        let later = try await fixture.assets.revokeLinks(asset.id, of: mine.account)

        await #expect(throws: LinkError.revoked) { try await fixture.assets.find(thumbnail(asset)) }
        #expect(try await fixture.assets.find(thumbnail(later)) == later)
    }

    @Test func `a thumbnail of another account's, of nothing or of what is deleted is not found`() async throws {
        let fixture = try await FilesFixture()
        let mine = try await fixture.account()
        let asset = try await fixture.upload(for: mine)
        let keys = [
            StorageKey.thumbnail(640, of: asset.id, .random()), .thumbnail(640, of: .random(), mine.account),
            try #require(StorageKey(checking: "thumbnails/a/b/c.webp")),
        ]
        for key in keys {
            let link = CheckedLink(key: key, scope: .epoch(0), expiresAt: .distantFuture)
            await #expect(throws: AssetError.notFound) { try await fixture.assets.find(link) }
        }
        try await fixture.assets.delete(asset.id, of: mine.account)
        await #expect(throws: AssetError.notFound) { try await fixture.assets.find(thumbnail(asset)) }
    }

    @Test(arguments: TestEngine.available)
    func `a link that one node revoked is dead on the other at once`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture()
        let folder = try TemporaryFolder()
        let databases = try await engine.nodes(2, in: folder.path)
        let nodes = databases.map {
            Assets(database: $0, store: fixture.store, time: fixture.time, logger: fixture.logger)
        }
        let mine = try await databases[0].accountOfOne()
        var asset = Asset(
            id: .random(), account: mine, createdBy: nil, key: .upload(.random(), of: mine, .png), name: "a",
            type: .png, size: 1, sha256: "", dimensions: nil, createdAt: fixture.clock.now, expiresAt: nil)
        try await databases[0].write(order: .alone) { [asset] in try $0.files.insertAsset(asset) }

        for turn in 0..<10 {
            let (here, there) = (nodes[turn % 2], nodes[(turn + 1) % 2])
            let before = link(asset)
            #expect(try await there.find(before).linkEpoch == turn)
            asset = try await here.revokeLinks(asset.id, of: mine)
            await #expect(throws: LinkError.revoked) { try await there.find(before) }
            await #expect(throws: LinkError.revoked) { try await here.find(before) }
            #expect(try await there.find(link(asset)).linkEpoch == turn + 1)
        }
        for database in databases { await database.close() }
    }

    @Test func `only the account's own, which is there, can be revoked`() async throws {
        let fixture = try await FilesFixture()
        let (mine, other) = (try await fixture.account(), try await fixture.account())
        let asset = try await fixture.upload(for: mine)

        for (id, account) in [(asset.id, other.account), (.random(), mine.account)] {
            await #expect(throws: AssetError.notFound) { try await fixture.assets.revokeLinks(id, of: account) }
        }
        #expect(try await fixture.assets.find(link(asset)) == asset)
        try await fixture.assets.delete(asset.id, of: mine.account)
        await #expect(throws: AssetError.notFound) { try await fixture.assets.revokeLinks(asset.id, of: mine.account) }
    }

    @Test(arguments: TestEngine.available)
    func `a provider's link to a job's input outlives a revocation, but not the job`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let mine = try await fixture.account()
        let asset = try await fixture.upload(for: mine)
        let link = CheckedLink(key: asset.key, scope: .input, expiresAt: .distantFuture)

        await #expect(throws: LinkError.expired) { try await fixture.assets.find(link) }
        let job = try await fixture.job(of: mine, input: asset.id)
        #expect(try await fixture.assets.find(link) == asset)

        let later = try await fixture.assets.revokeLinks(asset.id, of: mine.account)
        #expect(try await fixture.assets.find(link) == later)

        _ = try await fixture.database.write(order: .alone) {
            try $0.execute("UPDATE jobs SET state = 'cancelled', ended_at = 1 WHERE id = $1", job)
        }
        await #expect(throws: LinkError.expired) { try await fixture.assets.find(link) }
    }
}

extension Database {
    fileprivate func accountOfOne() async throws -> ID<Account> {
        let account = ID<Account>.random()
        try await write(order: .alone) {
            try $0.execute(
                "INSERT INTO accounts (id, name, plan, created_at) VALUES ($1, 'Mine', 'free', 0)", account)
        }
        return account
    }
}

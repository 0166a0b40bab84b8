@testable import Core
import SQL
import TestSupport
import Testing

/// What an account shares, and how it changes and ends that.
struct SharesTests {
    @Test(arguments: TestEngine.available)
    func `an output is shared with one link, whose choices change and which stays`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let mine = try await fixture.account()
        let asset = try await fixture.output(of: mine)
        let shares = fixture.shares()

        let (share, isNew) = try await shares.share(asset.id, by: mine, ShareChoices())

        #expect(isNew && share.asset == asset.id && share.account == mine.account && share.createdBy == mine.user)
        #expect(share.choices == ShareChoices() && share.createdAt == fixture.clock.now)
        #expect(try await shares.find(asset.id, of: mine.account) == share)

        let made = fixture.clock.now
        fixture.clock.advance(by: .seconds(60))
        let choices = ShareChoices(
            showsPrompt: true, isIndexed: true, expiresAt: fixture.clock.now + .seconds(86_400))
        let changed = try await shares.share(asset.id, by: mine, choices)

        #expect(!changed.isNew && changed.share.id == share.id && changed.share.createdAt == made)
        #expect(changed.share.choices == choices)
        #expect(try await shares.find(asset.id, of: mine.account) == changed.share)
        #expect(try await shares.list(of: mine.account, limit: 10) == [changed.share])
        let again = try await shares.share(asset.id, by: mine, ShareChoices()).share
        #expect(again == share, "what is left out is as it was at first")
    }

    @Test(arguments: TestEngine.available)
    func `an ended share is gone, twice is once, and the next one has another link`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let mine = try await fixture.account()
        let asset = try await fixture.output(of: mine)
        let shares = fixture.shares()
        let first = try await shares.share(asset.id, by: mine, ShareChoices()).share

        for _ in 0..<2 { try await shares.end(asset.id, of: mine.account) }

        await #expect(throws: ShareError.notShared) { try await shares.find(asset.id, of: mine.account) }
        #expect(try await shares.list(of: mine.account, limit: 10) == [])
        let second = try await shares.share(asset.id, by: mine, ShareChoices()).share
        #expect(second.id != first.id)
    }

    @Test func `only outputs of the own account that are there can be shared`() async throws {
        let fixture = try await FilesFixture()
        let (mine, other) = (try await fixture.account(), try await fixture.account())
        let (upload, asset) = (try await fixture.upload(for: mine), try await fixture.output(of: mine))
        let (trashed, deleted) = (try await fixture.output(of: mine), try await fixture.output(of: mine))
        let expired = try await fixture.output(of: mine, expiresAt: fixture.clock.now)
        try await fixture.assets.trash(trashed.id, of: mine.account)
        try await fixture.assets.delete(deleted.id, of: mine.account)
        let shares = fixture.shares()

        await #expect(throws: ShareError.notAnOutput) { try await shares.share(upload.id, by: mine, ShareChoices()) }
        await #expect(throws: AssetError.inTrash) { try await shares.share(trashed.id, by: mine, ShareChoices()) }
        for (id, actor) in [
            (deleted.id, mine), (expired.id, mine), (asset.id, other), (upload.id, other), (.random(), mine),
        ] {
            await #expect(throws: AssetError.notFound) { try await shares.share(id, by: actor, ShareChoices()) }
        }
        #expect(try await shares.list(of: mine.account, limit: 10) == [])

        let share = try await shares.share(asset.id, by: mine, ShareChoices()).share
        await #expect(throws: AssetError.notFound) { try await shares.find(asset.id, of: other.account) }
        await #expect(throws: AssetError.notFound) { try await shares.end(asset.id, of: other.account) }
        #expect(try await shares.list(of: other.account, limit: 10) == [])
        #expect(try await shares.find(asset.id, of: mine.account) == share)
    }

    @Test func `an end is in the future, and within ten years`() async throws {
        let fixture = try await FilesFixture()
        let mine = try await fixture.account()
        let asset = try await fixture.output(of: mine)
        let (shares, now) = (fixture.shares(), fixture.clock.now)
        let last = now + .seconds(Shares.mostDays * 86_400)

        for end in [now, now - .seconds(1), last + .milliseconds(1), .distantFuture, Instant(rawValue: .min)] {
            await #expect(throws: ShareError.invalidExpiry) {
                try await shares.share(asset.id, by: mine, ShareChoices(expiresAt: end))
            }
        }
        for end in [now + .milliseconds(1), last] {
            let share = try await shares.share(asset.id, by: mine, ShareChoices(expiresAt: end)).share
            #expect(share.choices.expiresAt == end)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a share that has expired is none, and is replaced by one with another link`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let mine = try await fixture.account()
        let (asset, kept) = (try await fixture.output(of: mine), try await fixture.output(of: mine))
        let shares = fixture.shares()
        let end = fixture.clock.now + .seconds(60)
        let first = try await shares.share(asset.id, by: mine, ShareChoices(expiresAt: end)).share
        let other = try await shares.share(kept.id, by: mine, ShareChoices(expiresAt: end + .milliseconds(1))).share
        fixture.clock.now = end

        await #expect(throws: ShareError.notShared) { try await shares.find(asset.id, of: mine.account) }
        #expect(try await shares.list(of: mine.account, limit: 10) == [other])
        let second = try await shares.share(asset.id, by: mine, ShareChoices())
        #expect(second.isNew && second.share.id != first.id)
        #expect(try await shares.deleteExpired() == 0, "the row of the first is gone")

        fixture.clock.advance(by: .seconds(1))
        #expect(try await shares.deleteExpired() == 1)
        #expect(try await shares.list(of: mine.account, limit: 10) == [second.share])
        #expect(try await shares.deleteExpired() == 0)
    }

    @Test(arguments: TestEngine.available)
    func `an account shares so many at the same time, and may still change those`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let (mine, other) = (try await fixture.account(), try await fixture.account())
        var assets: [Asset] = []
        for _ in 0..<4 { assets.append(try await fixture.output(of: mine)) }
        let shares = fixture.shares(limit: 3)
        let end = fixture.clock.now + .seconds(60)
        for asset in assets.prefix(2) { _ = try await shares.share(asset.id, by: mine, ShareChoices()) }
        _ = try await shares.share(assets[2].id, by: mine, ShareChoices(expiresAt: end))

        await #expect(throws: ShareError.tooMany(limit: 3)) {
            try await shares.share(assets[3].id, by: mine, ShareChoices())
        }
        #expect(try await !shares.share(assets[0].id, by: mine, ShareChoices(showsPrompt: true)).isNew)
        let foreign = try await fixture.output(of: other)
        #expect(try await shares.share(foreign.id, by: other, ShareChoices()).isNew)

        fixture.clock.now = end
        #expect(try await shares.share(assets[3].id, by: mine, ShareChoices()).isNew, "one has expired")
        await #expect(throws: ShareError.tooMany(limit: 3)) {
            try await shares.share(assets[2].id, by: mine, ShareChoices())
        }
    }

    @Test(arguments: TestEngine.available)
    func `the list is by asset, newest first, and goes on behind its last one`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let mine = try await fixture.account()
        let shares = fixture.shares()
        var made: [Share] = []
        for _ in 0..<5 {
            fixture.clock.advance(by: .seconds(1))
            let asset = try await fixture.output(of: mine)
            made.insert(try await shares.share(asset.id, by: mine, ShareChoices()).share, at: 0)
        }

        let first = try await shares.list(of: mine.account, limit: 2)
        let rest = try await shares.list(of: mine.account, after: first.last?.asset, limit: 10)

        #expect(first + rest == made)
    }
}

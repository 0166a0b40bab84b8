@testable import Core
import Logging
import SQL
import Testing
import TestSupport

struct MakePreviewsTests {
    /// What the table says of an asset's preview.
    private struct Due: Hashable {
        let priority: Int?
        let dueAt: Instant?
        let tries: Int
        let hasPreview: Bool
    }

    private func due(_ asset: Asset, _ fixture: FilesFixture) async throws -> Due {
        try await fixture.database.read { transaction in
            let row = try #require(try transaction.queryOne("SELECT * FROM assets WHERE id = $1", asset.id))
            return Due(
                priority: try row.get("preview_priority"), dueAt: try row.get("preview_due_at"),
                tries: try row.get("preview_tries"), hasPreview: try row.get("thumb_hash", as: String?.self) != nil)
        }
    }

    private func makeOld(_ asset: Asset, _ fixture: FilesFixture) async throws {
        _ = try await fixture.database.write(order: .alone) {
            try $0.execute("UPDATE assets SET preview_priority = 1 WHERE id = $1", asset.id)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a stored picture has its thumbnails and its look after a round`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let asset = try await fixture.upload(FilesFixture.picture(900, 600), for: actor)
        #expect(asset.preview == nil)

        #expect(try await fixture.previews().service.runOnce() == 1)

        let made = try await fixture.assets.find(asset.id, of: actor.account)
        let expected = try PreviewFiles(of: FilesFixture.picture(900, 600))
        #expect(made.preview == expected.preview)
        #expect(try fixture.storedPaths() == fixture.paths(of: asset, withThumbnails: true))
        #expect(try await fixture.count(.deletions) == 0)
        #expect(try await due(asset, fixture) == Due(priority: nil, dueAt: nil, tries: 0, hasPreview: true))
        #expect(try await fixture.previews().service.runOnce() == 0, "once is enough")
        #expect(try await fixture.database.read { try $0.files.storedBytes(of: actor.account) } == asset.size)
    }

    @Test(arguments: TestEngine.available)
    func `what is new comes before what is old, and the oldest of each first`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        var assets: [Asset] = []
        for seed in 1...4 {
            assets.append(try await fixture.upload(FilesFixture.picture(seed: seed), for: actor))
            fixture.clock.advance(by: .seconds(1))
        }
        for asset in assets.prefix(2) { try await makeOld(asset, fixture) }
        let store = WatchedStore(fixture.store)

        #expect(try await fixture.previews(store: store).service.runOnce() == 4)

        #expect(store.opened == [2, 3, 0, 1].map { assets[$0].key })
    }

    @Test(arguments: TestEngine.available)
    func `nodes that work at the same time make each preview once`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        for seed in 1...12 { _ = try await fixture.upload(FilesFixture.picture(seed: seed), for: actor) }
        let store = WatchedStore(fixture.store)

        let claimed = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                let service = try await fixture.previews(store: store).service
                group.addTask { try await service.runOnce() }
            }
            return try await group.reduce(0, +)
        }

        #expect(claimed == 12)
        #expect(store.opened.count == 12 && Set(store.opened).count == 12)
        #expect(try fixture.storedPaths().count == 48)
    }

    @Test(arguments: TestEngine.available)
    func `what a dead node had claimed is made by another when the lease has ended`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let asset = try await fixture.upload(FilesFixture.picture(), for: actor)
        let now = fixture.clock.now
        _ = try await fixture.database.write(order: .alone) { try $0.files.claimPreview(.new, now: now) }

        #expect(try await fixture.previews().service.runOnce() == 0)
        fixture.clock.advance(by: PreviewClaim.lease)
        #expect(try await fixture.previews().service.runOnce() == 1)
        #expect(try await due(asset, fixture).hasPreview)
    }

    @Test(arguments: TestEngine.available, [Faults.Moment.before, .after])
    func `a crash at any commit leaves no file without an owner, and the preview is made`(
        on engine: TestEngine, moment: Faults.Moment
    ) async throws {
        var number = 1
        while true {
            let fixture = try await FilesFixture(engine)
            let actor = try await fixture.account()
            let (kept, deleted) = (
                try await fixture.upload(FilesFixture.picture(), for: actor),
                try await fixture.upload(FilesFixture.picture(seed: 9), for: actor)
            )
            let faults = Faults(number, moment, of: "commit")
            faults.arm()
            let service = try await fixture.previews(Database(faults.wrap(fixture.database.engine))).service
            do { _ = try await service.runOnce() } catch is DatabaseError {}

            try await fixture.assets.delete(deleted.id, of: actor.account)
            fixture.clock.advance(by: .seconds(3601))
            try await fixture.deleteFiles().runOnce()
            _ = try await fixture.previews().service.runOnce()

            #expect(try fixture.storedPaths() == fixture.paths(of: kept, withThumbnails: true), "\(number)")
            #expect(try await fixture.count(.deletions) == 0, "\(number)")
            #expect(try await due(kept, fixture).hasPreview, "\(number)")
            if faults.met == nil { break }
            number += 1
        }
        #expect(number == 7, "of each picture: claimed, registered, adopted")
    }

    @Test(arguments: TestEngine.available)
    func `a picture that cannot be decoded is tried again, less and less often, and then no more`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let asset = try await fixture.upload(Sample.jpeg(), for: try await fixture.account())
        let log = RecordedLog()
        let service = try await fixture.previews(logger: log.logger).service

        for (tries, wait) in PreviewClaim.waits.enumerated() {
            #expect(try await service.runOnce() == 1)
            let again = fixture.clock.now + wait
            let expected = Due(priority: 0, dueAt: again, tries: tries + 1, hasPreview: false)
            #expect(try await due(asset, fixture) == expected)
            fixture.clock.advance(by: wait - .milliseconds(1))
            #expect(try await service.runOnce() == 0)
            fixture.clock.advance(by: .milliseconds(1))
        }
        #expect(log.lines(at: .warning).isEmpty, "one damaged picture concerns nobody")
        #expect(try await service.runOnce() == 1)

        #expect(try await due(asset, fixture) == Due(priority: nil, dueAt: nil, tries: 5, hasPreview: false))
        fixture.clock.advance(by: .seconds(86_400))
        #expect(try await service.runOnce() == 0)
        #expect(try fixture.storedPaths() == fixture.paths(of: asset, withThumbnails: false))
    }

    @Test func `previews that fail one after the other are one line in the log, and not one each`() async throws {
        let fixture = try await FilesFixture()
        let actor = try await fixture.account()
        for _ in 0..<12 { _ = try await fixture.upload(FilesFixture.picture(), for: actor) }
        let log = RecordedLog()
        let store = WatchedStore(fixture.store) { call in
            if case .publish = call { throw FileStoreError.full("no space left on device") }
        }

        #expect(try await fixture.previews(store: store, logger: log.logger).service.runOnce() == 12)

        #expect(log.lines(at: .warning).count == 1)
        #expect(log.lines(at: .warning).first?.contains("no space left on device") == true)
        #expect(try fixture.storedPaths().count == 12, "nothing is left in the store")
        // When there is room again, all are made.
        fixture.clock.advance(by: .seconds(30))
        #expect(try await fixture.previews().service.runOnce() == 12)
        #expect(try fixture.storedPaths().count == 48)
    }

    @Test(arguments: TestEngine.available)
    func `a film has a preview where a picture of it can be had`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let (without, with) = (try await fixture.film(of: actor), try await fixture.film(of: actor))

        let poster = try FilesFixture.picture()
        let service = try await fixture.previews(poster: { $0.id == with.id ? poster : nil }).service
        #expect(try await service.runOnce() == 2)

        let expected = try PreviewFiles(of: poster)
        #expect(try await fixture.assets.find(with.id, of: actor.account).preview == expected.preview)
        #expect(try await due(without, fixture) == Due(priority: nil, dueAt: nil, tries: 1, hasPreview: false))
        #expect(try fixture.storedPaths() == with.thumbnailKeys.map(\.description).sorted())
    }
}

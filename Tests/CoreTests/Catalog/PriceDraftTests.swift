@testable import Core
import SQL
import TestSupport
import Testing

struct PriceDraftTests {
    private static let administrator = ID<User>(rawValue: "01900000-0000-7000-8000-00000000ad01")

    @Test(arguments: TestEngine.available)
    func `a draft is edited, published, and in force for what is asked from then on`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let before = try await world.submit(for: actor)
        let draft = try await draft(in: world)

        let edited = try await drafts(world).edit(
            draft.id, at: 1, .init(document: doubled, note: "doubled"), by: Self.administrator)
        let version = try await drafts(world).publish(draft.id, at: edited.revision, by: Self.administrator)
        let after = try await world.submit(for: actor)

        #expect(
            version.version == 2 && version.basedOn == 1 && version.publishedBy == Self.administrator
                && version.note == "doubled")
        #expect(before.price.version == 1 && before.price.total == .whole(6))
        #expect(after.price.version == 2 && after.price.total == .whole(12))
        #expect(try await world.database.read { try $0.catalog.priceDrafts(before: nil, limit: 10) }.isEmpty)
        let acts = try await world.database.read { try $0.auditLog.auditLogEntries(limit: 10) }
        #expect(Set(acts.map(\.action)) == ["price_drafts.create", "price_drafts.edit", "prices.publish"])
        #expect(acts.allSatisfy { $0.administrator == Self.administrator })
        #expect(try await world.differences() == [])
    }

    @Test(arguments: TestEngine.available)
    func `an old receipt is recomputed by the version that it was priced with`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.submit(for: actor, images: 4)
        let draft = try await draft(in: world, doubled)
        _ = try await drafts(world).publish(draft.id, at: 1, by: Self.administrator)
        try await world.work()
        world.provider.finishAll(missing: 1)
        world.clock.advance(by: .seconds(2))
        try await world.work()

        let (stored, receipt, old) = try await world.database.read { transaction in
            (try transaction.jobs.job(job.id)?.price, try transaction.ledger.receipt(of: job.id),
             try transaction.catalog.prices(version: job.price.version)?.prices)
        }

        #expect(stored == job.price)
        #expect(stored?.recomputed == .whole(24))
        #expect(try stored.flatMap { try old?.again($0) } == stored)
        #expect(receipt?.captured == .whole(18))
        #expect(receipt?.captured == stored?.total(delivered: 3))
    }

    @Test func `a price that was stored without its subject is read by its labels`() throws {
        let stored = try JSON(parsing: """
            {"version": 1, "formula": "image", "base": 5, "surcharge": 0, "count": 2, "total": 48, "factors": [
                {"name": "resolution", "label": "up to 2048", "multiplier": 20000},
                {"name": "quality", "label": "hd", "multiplier": 20000},
                {"name": "complexity", "multiplier": 10000}, {"name": "factor", "multiplier": 12000}]}
            """)

        let price = try Price(stored)

        #expect(price.subject == .image(longerSide: 2048, quality: "hd"))
        #expect(price.recomputed == price.total)
    }

    @Test(arguments: TestEngine.available)
    func `of two drafts on one version the second to be published is refused, until it is based on the new one`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let (first, second) = (try await draft(in: world), try await draft(in: world, doubled))
        _ = try await drafts(world).publish(first.id, at: 1, by: Self.administrator)

        await #expect(throws: PriceDraftError.outdated(basedOn: 1, current: 2)) {
            try await drafts(world).publish(second.id, at: 1, by: Self.administrator)
        }
        #expect(try await world.database.read { try $0.catalog.currentPrices().version } == 2)
        let rebased = try await drafts(world).edit(second.id, at: 1, .init(rebase: true), by: Self.administrator)

        #expect(rebased.basedOn == 2 && rebased.document == second.document)
        #expect(try await drafts(world).publish(second.id, at: 2, by: Self.administrator).version == 3)
    }

    @Test(arguments: TestEngine.available)
    func `of many who publish at once one succeeds`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        var made: [PriceDraft] = []
        for _ in 0..<6 { made.append(try await draft(in: world)) }
        let service = drafts(world)

        let published = await withTaskGroup(of: Bool.self) { group in
            for draft in made {
                group.addTask {
                    do {
                        return try await service.publish(draft.id, at: 1, by: Self.administrator).version == 2
                    } catch {
                        return !(error is PriceDraftError)
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }

        #expect(published.count { $0 } == 1)
        #expect(
            try await world.database.read { try $0.catalog.priceVersions(before: nil, limit: 10) }.map(\.version)
                == [2, 1])
    }

    @Test func `nobody edits or publishes what they have not seen`() async throws {
        let world = try await TestWorld()
        let draft = try await draft(in: world)
        _ = try await drafts(world).edit(draft.id, at: 1, .init(note: "seen"), by: Self.administrator)

        await #expect(throws: PriceDraftError.changed(revision: 2)) {
            try await drafts(world).edit(draft.id, at: 1, .init(note: "not seen"), by: Self.administrator)
        }
        await #expect(throws: PriceDraftError.changed(revision: 2)) {
            try await drafts(world).publish(draft.id, at: 1, by: Self.administrator)
        }
        #expect(try await world.database.read { try $0.catalog.priceDraft(draft.id) }?.note == "seen")
    }

    @Test func `what the catalog offers by now must have a price when it is published`() async throws {
        let world = try await TestWorld()
        let draft = try await draft(in: world)
        try await world.database.write(order: .alone) {
            _ = try $0.execute("""
                INSERT INTO kinds (name, version, title, formula, default_endpoint, time_limit, repeatable, parameters)
                VALUES
                ('poster', 1, 'A poster', 'image', 'none', 1000, 1,
                    '[{"name": "quality", "type": "choice", "choices": ["print"], "default": "print"}]')
                """)
        }

        let error = await #expect(throws: PriceDraftError.self) {
            try await drafts(world).publish(draft.id, at: 1, by: Self.administrator)
        }

        guard case .document(let fault) = error else { Issue.record("\(String(describing: error))"); return }
        #expect(fault.path == "image.qualities.print")
        #expect(try await world.database.read { try $0.catalog.currentPrices().version } == 1)
    }

    @Test func `a note says why, and there is an end to drafts`() async throws {
        let world = try await TestWorld()

        for note in ["", "  ", String(repeating: "x", count: 2001), "x" + String(repeating: "\u{301}", count: 1000)] {
            await #expect(throws: PriceDraftError.invalidNote) {
                try await drafts(world).create(.init(note: note), by: Self.administrator)
            }
        }
        for _ in 0..<PriceDrafts.limit { _ = try await draft(in: world) }
        await #expect(throws: PriceDraftError.tooMany(limit: PriceDrafts.limit)) { try await draft(in: world) }
        let some = try await world.database.read { try $0.catalog.priceDrafts(before: nil, limit: 1) }
        try await drafts(world).delete(some[0].id, by: Self.administrator)
        _ = try await draft(in: world)
        await #expect(throws: PriceDraftError.notFound) {
            try await drafts(world).delete(some[0].id, by: Self.administrator)
        }
    }

    @Test(arguments: TestEngine.available, [
        "UPDATE prices SET document = '{}'", "UPDATE prices SET version = 7", "DELETE FROM prices",
    ])
    func `a published price never changes, and stays while jobs name it`(
        on engine: TestEngine, statement: String
    ) async throws {
        let world = try await TestWorld(engine)
        try await world.submit(for: world.account(credits: 10))

        let error = await #expect(throws: DatabaseError.self) {
            try await world.database.write(order: .alone) { _ = try $0.execute(Statement(stringLiteral: statement)) }
        }

        #expect(error?.kind == .trigger)
    }

    @Test(arguments: TestEngine.available)
    func `a preview recomputes the last month's jobs that somebody pays for`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 1_000)
        try await world.submit(for: actor)
        world.clock.advance(by: PreviewPrices.window + .seconds(1))
        let jobs = try await [
            world.submit(for: actor, images: 4), world.submit(for: actor), world.submit(for: actor, images: 2),
        ]
        _ = try await world.cancelJob(jobs[1].id, by: actor)
        try await world.work()
        world.provider.finishAll(missing: 1)
        world.clock.advance(by: .seconds(2))
        try await world.work()
        try await world.submit(for: actor)

        let document = try PriceList.Document(checking: doubled)
        let report = try await PreviewPrices(database: world.database, time: world.clock.time, batch: 2)(document)

        let before = try await world.database.read { transaction in
            try jobs.map { try transaction.ledger.receipt(of: $0.id)?.captured ?? .zero }.reduce(Credits.whole(6), +)
        }
        #expect(report.jobs == 3 && report.unpriced == 0 && report.isComplete)
        #expect(report.before == before)
        #expect(report.after == before + before)
        #expect(report.kinds[.textToImage]?.jobs == 3)
        #expect(report.movers.map(\.change) == report.movers.map(\.change).sorted(by: >))
        #expect(report.movers.first?.job == jobs[0].id)
    }

    @Test func `a preview is limited, and says from when it counted`() async throws {
        let world = try await TestWorld()
        let actor = try await world.account(credits: 1_000)
        for _ in 0..<5 {
            world.clock.advance(by: .seconds(1))
            try await world.submit(for: actor)
        }

        let report = try await PreviewPrices(database: world.database, time: world.clock.time, batch: 2, limit: 4)(
            PriceList.Document(checking: doubled))

        #expect(report.jobs == 4 && !report.isComplete)
        #expect(report.since == world.clock.now - .seconds(3))
    }

    /// Twice all base prices.
    private var doubled: JSON {
        PriceDocumentTests.good.replacing(["image", "base"][...], with: 1_000)
            .replacing(["image", "resolutions"][...], with: [
                ["upTo": 512, "multiplier": 5_000], ["upTo": 1024, "multiplier": 10_000],
                ["upTo": 2048, "multiplier": 20_000],
                ["upTo": 4096, "multiplier": 40_000],
            ])
    }

    private func drafts(_ world: TestWorld) -> PriceDrafts {
        PriceDrafts(database: world.database, catalog: world.catalog, time: world.clock.time)
    }

    @discardableResult
    private func draft(in world: TestWorld, _ document: JSON? = nil) async throws -> PriceDraft {
        guard case .draft(let draft) = try await drafts(world).create(
            .init(document: document, note: "a test"), by: Self.administrator)
        else { throw Unexpected("it was repeated") }
        return draft
    }
}

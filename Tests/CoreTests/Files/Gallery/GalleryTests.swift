@testable import Core
import SQL
import TestSupport
import Testing

/// The gallery by places: its index and its ranges are those of the rows, whatever happened to them.
struct GalleryTests {
    /// One account's pictures and what becomes of them.
    private struct History {
        let fixture: FilesFixture
        let actor: Actor
        var random: Seeded
        var live: [Asset] = []
        var trash: [Asset] = []

        var newestFirst: [Asset] { live.sorted { $0.id > $1.id } }

        private static let sizes = [ImageSize(width: 1024, height: 1024), ImageSize(width: 768, height: 1024), nil]

        mutating func step() async throws {
            fixture.clock.advance(by: .seconds(random.number(0...9000)))
            switch random.number(0...9) {
            case 0...3: try await add()
            case 4: try await trashSome()
            case 5: try await restoreSome()
            case 6: try await deleteOne()
            case 7: try await expireOne()
            case 8: try await resizeOne()
            default: try await fixture.insert(.upload(of: actor, at: fixture.clock.now))
            }
        }

        /// Some of them with an id that is older than what is there: a job may settle late.
        private mutating func add() async throws {
            let new = (0..<random.number(1...12)).map { _ in
                Asset.output(
                    of: actor, at: fixture.clock.now - .seconds(random.number(0...4000)),
                    size: Self.sizes[Int(random.number(0...2))])
            }
            try await fixture.insert(new.map { ($0, "red") })
            live += new
        }

        private mutating func trashSome() async throws {
            let some = live.filter { _ in random.happens(oneIn: 4) }
            try await fixture.remove(trashed: some, [])
            live.removeAll { some.contains($0) }
            trash += some
        }

        private mutating func restoreSome() async throws {
            let some = trash.filter { _ in random.happens(oneIn: 2) }
            try await fixture.database.write(order: .alone) { transaction in
                for asset in some {
                    try transaction.execute("UPDATE assets SET trashed_at = NULL WHERE id = $1", asset.id)
                }
            }
            trash.removeAll { some.contains($0) }
            live += some
        }

        private mutating func deleteOne() async throws {
            guard let one = (live + trash).randomElement(using: &random) else { return }
            try await fixture.assets.delete(one.id, of: actor.account)
            live.removeAll { $0 == one }
            trash.removeAll { $0 == one }
        }

        private mutating func expireOne() async throws {
            guard let one = live.randomElement(using: &random) else { return }
            let now = fixture.clock.now
            try await fixture.database.write(order: .alone) {
                try $0.files.setExpiry(of: one.id, to: now)
            }
            try await ExpireAssets(database: fixture.database, time: fixture.time).runOnce()
            live.removeAll { $0 == one }
        }

        private mutating func resizeOne() async throws {
            guard let one = live.randomElement(using: &random) else { return }
            _ = try await fixture.database.write(order: .alone) {
                try $0.execute("UPDATE assets SET width = 1920, height = 1080 WHERE id = $1", one.id)
            }
            live.removeAll { $0 == one }
            live.append(try await fixture.assets.find(one.id, of: actor.account))
        }
    }

    @Test(arguments: TestEngine.available)
    func `after any history the index has a letter for each picture, and a range has those of its places`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        var history = History(
            fixture: fixture, actor: try await fixture.account(), random: Seeded("gallery", variable: "GALLERY_SEED"))
        let gallery = Gallery(database: fixture.database, time: fixture.time, logger: fixture.logger)
        let account = history.actor.account

        for _ in 0..<60 {
            try await history.step()
            let expected = history.newestFirst
            let index = try await gallery.index(of: account)
            #expect(index.days.map(\.letters).joined() == expected.letters)
            #expect(index.days.map(\.date) == expected.days)
            #expect(try await gallery.index(of: account) == index, "stored letters are those that were computed")
            let (at, count) = (Int(history.random.number(0...60)), Int(history.random.number(1...30)))
            let range = try await fixture.database.read { try $0.files.gallery(of: account, at: at, count: count) }
            #expect(range.map(\.id) == expected.dropFirst(at).prefix(count).map(\.id))
            let counts = try await fixture.database.read {
                try $0.queryOne("SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) AS sum FROM gallery_hours")?
                    .get("sum", as: Int.self)
            }
            #expect(counts == expected.count)
        }
        #expect(history.live.count > 10, "something is left to compare")
    }

    @Test(arguments: TestEngine.available)
    func `a filtered index and its ranges have what the filter finds`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let gallery = Gallery(database: fixture.database, time: fixture.time, logger: fixture.logger)
        for number in 0..<260 {
            fixture.clock.advance(by: .seconds(1800))
            try await fixture.insert(
                .output(
                    of: actor, at: fixture.clock.now, model: number.isMultiple(of: 3) ? "a" : "b",
                    tags: number.isMultiple(of: 2) ? ["red"] : []),
                prompt: number.isMultiple(of: 5) ? "sunset" : "night")
        }
        try await fixture.indexPrompts()

        for filter in [
            AssetFilter(model: .init(rawValue: "a")), AssetFilter(tag: "red"), AssetFilter(search: SearchQuery("sun")),
            AssetFilter(tag: "red", search: SearchQuery("nig")),
            AssetFilter(from: fixture.clock.now - .seconds(90_000)),
            AssetFilter(model: .init(rawValue: "none")), AssetFilter(search: SearchQuery("*")),
        ] {
            let expected = try await fixture.walk(actor, filter, limit: 50)
            let index = try await gallery.index(of: actor.account, filter)
            #expect(index.days.map(\.count).reduce(0, +) == expected.count, "\(filter)")
            for at in [0, 7, 100] {
                let range = try await fixture.database.read {
                    try $0.files.gallery(of: actor.account, filter, at: at, count: 9)
                }
                #expect(range.map(\.id) == Array(expected.dropFirst(at).prefix(9)), "\(filter)")
            }
        }
    }

    @Test func `the letters of past hours are stored, and dropped by a change`() async throws {
        let fixture = try await FilesFixture()
        let actor = try await fixture.account()
        let gallery = Gallery(database: fixture.database, time: fixture.time, logger: fixture.logger)
        let old = Asset.output(of: actor, at: fixture.clock.now)
        try await fixture.insert(old)
        fixture.clock.advance(by: .seconds(7200))
        try await fixture.insert(.output(of: actor, at: fixture.clock.now))

        func stored() async throws -> [String?] {
            try await fixture.database.read {
                try $0.query("SELECT letters FROM gallery_hours ORDER BY hour").map { try $0.get("letters") }
            }
        }
        #expect(try await stored() == [nil, nil])
        _ = try await gallery.index(of: actor.account)
        #expect(try await stored() == ["n", nil], "the hour that it is now changes again")
        let hours = try await fixture.database.read { try $0.files.galleryHours(of: actor.account) }
        try await fixture.remove(trashed: [old], [])
        #expect(try await stored() == [nil, nil])
        try await fixture.database.write(order: .alone) { try $0.files.keepLetters(hours, of: actor.account) }
        #expect(try await stored() == [nil, nil], "what was read before the change is not stored after it")
    }
}

extension [Asset] {
    fileprivate var letters: String {
        String(decoding: map { Proportion.letter(of: $0.dimensions) }, as: UTF8.self)
    }

    /// Each once, in their order.
    fileprivate var days: [String] {
        var days: [String] = []
        for asset in self {
            let day = String(Instant(rawValue: SearchNumber.milliseconds(of: asset.id)).text.prefix(10))
            if days.last != day { days.append(day) }
        }
        return days
    }
}

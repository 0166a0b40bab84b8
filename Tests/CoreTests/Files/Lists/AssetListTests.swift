@testable import Core
import SQL
import TestSupport
import Testing

/// What lists of assets hold, whatever is asked for together, against a list in memory.
struct AssetListTests {
    /// What a filter is compared with.
    private struct Row: Sendable {
        let asset: Asset
        let prompt: String
        var isTrash = false
        var isDeleted = false

        func has(_ filter: AssetFilter) -> Bool {
            let words = asset.job == nil ? [] : SearchWords.words(of: prompt)
            return !isDeleted && isTrash == filter.isTrash
                && (filter.kind ?? asset.kind) == asset.kind
                && (filter.jobKind == nil || filter.jobKind == asset.jobKind)
                && (filter.model == nil || filter.model == asset.endpoint)
                && filter.tag.map { asset.tags.contains($0) } ?? true
                && (filter.isFavorite == nil || filter.isFavorite == (asset.favoriteAt != nil))
                && filter.from.map { asset.createdAt >= $0 } ?? true && filter.to.map { asset.createdAt < $0 } ?? true
                && filter.search.map { $0.finds(words) } ?? true
        }
    }

    private static let kinds: [KindName] = [.textToImage, .styleTransfer, "upscale"]
    private static let models = ["fal-ai/flux/schnell", "fal-ai/other"]
    private static let prompts = ["a red dress", "Red dunes at sunset", "ein blauer Hut", "赤い花", ""]
    private static let tags = ["red", "é", "a b"]

    private func rows(_ count: Int, _ fixture: FilesFixture, _ actor: Actor, _ random: inout Seeded) -> [Row] {
        (0..<count).map { _ in
            fixture.clock.now = fixture.clock.now + .milliseconds(random.number(0...3) * random.number(0...900_000))
            let now = fixture.clock.now
            let tags = Self.tags.filter { _ in random.happens(oneIn: 4) }
            let favoriteAt = random.happens(oneIn: 3) ? now : nil
            if random.happens(oneIn: 4) {
                return Row(asset: .upload(of: actor, at: now, tags: tags, favoriteAt: favoriteAt), prompt: "")
            }
            return Row(
                asset: .output(
                    of: actor, at: now, kind: Self.kinds[Int(random.number(0...2))],
                    model: Self.models[Int(random.number(0...1))], tags: tags, favoriteAt: favoriteAt),
                prompt: Self.prompts[Int(random.number(0...4))])
        }
    }

    /// One of each that can be asked for; a pair of them is asked for together.
    private func choices(_ rows: [Row], _ random: inout Seeded) -> [(inout AssetFilter) -> Void] {
        let kind = random.happens(oneIn: 2) ? Asset.Kind.upload : .output
        let jobKind = Self.kinds.randomElement(using: &random)
        let (model, tag) = (Self.models.randomElement(using: &random), Self.tags.randomElement(using: &random))
        let isFavorite = random.happens(oneIn: 2)
        let search = ["red", "RED dr", "sun", "花", "hut ein", "none", "r"].randomElement(using: &random)
            .flatMap(SearchQuery.init)
        let (one, other) = (rows.randomElement(using: &random), rows.randomElement(using: &random))
        return [
            { $0.kind = kind }, { $0.jobKind = jobKind }, { $0.model = model.map { EndpointID(rawValue: $0) } },
            { $0.tag = tag }, { $0.isFavorite = isFavorite }, { $0.search = search },
            { $0.from = one?.asset.createdAt }, { $0.to = other?.asset.createdAt }, { $0.isTrash = true },
        ]
    }

    @Test(arguments: TestEngine.available)
    func `each filter, and each two of them, find what has both, in pages of any size`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let (mine, other) = (try await fixture.account(), try await fixture.account())
        var random = Seeded("asset filters", variable: "LIST_SEED")
        var rows = rows(260, fixture, mine, &random)
        try await fixture.insert(rows.map { ($0.asset, $0.prompt) })
        try await fixture.insert(self.rows(40, fixture, other, &random).map { ($0.asset, $0.prompt) })
        try await fixture.indexPrompts(batch: 50)
        for index in rows.indices {
            rows[index].isTrash = random.happens(oneIn: 6)
            rows[index].isDeleted = random.happens(oneIn: 6)
        }
        try await fixture.remove(trashed: rows.filter(\.isTrash).map(\.asset), rows.filter(\.isDeleted).map(\.asset))
        let newestFirst = rows.sorted { $0.asset.id > $1.asset.id }

        for _ in 0..<3 {
            let choices = choices(rows, &random)
            for one in choices.indices {
                for other in one..<choices.count {
                    var filter = AssetFilter()
                    choices[one](&filter)
                    choices[other](&filter)
                    let found = try await fixture.walk(mine, filter, limit: Int(random.number(1...60)))
                    let expected = newestFirst.filter { $0.has(filter) }.map(\.asset.id)
                    #expect(found == expected, "\(filter)")
                }
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func `a walk sees each once, while others come and go`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        var random = Seeded("asset walk", variable: "WALK_SEED")
        let rows = rows(120, fixture, actor, &random).map { ($0.asset, "a red dress") }
        try await fixture.insert(rows)
        try await fixture.indexPrompts()
        var left = Set(rows.map(\.0.id))

        for filter in [
            AssetFilter(), AssetFilter(kind: .output), AssetFilter(search: SearchQuery("red")),
            AssetFilter(tag: "red"),
        ] {
            let expected = Set(try await fixture.walk(actor, filter, limit: 60))
            var (seen, cursor, removed) = ([ID<Asset>](), ID<Asset>?.none, Set<ID<Asset>>())
            while true {
                let page = try await fixture.assets.list(of: actor.account, filter, after: cursor, limit: 8)
                seen += page.assets.prefix(7).map(\.id)
                guard let next = page.assets.count > 7 ? seen.last : page.next else { break }
                cursor = next
                // One that was seen, the cursor itself among them, or one that is still to come.
                if let victim = left.sorted().randomElement(using: &random),
                    let row = rows.first(where: { $0.0.id == victim })
                {
                    try await fixture.remove(trashed: [], [row.0])
                    left.remove(victim)
                    removed.insert(victim)
                }
                fixture.clock.advance(by: .seconds(1))
                try await fixture.insert(.output(of: actor, at: fixture.clock.now, tags: ["red"]), prompt: "red")
                try await fixture.indexPrompts()
            }
            #expect(Set(seen).count == seen.count && seen == seen.sorted(by: >), "\(filter)")
            #expect(expected.subtracting(removed).isSubset(of: seen), "\(filter)")
            #expect(Set(seen).isSubset(of: expected), "what came later is newer")
        }
    }

    @Test(arguments: TestEngine.available)
    func `a page ends early rather than read without a bound, and goes on`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let bound = AssetPage.mostReads * AssetPage.mostRows
        let oldest = Asset.output(of: actor, at: fixture.clock.now, model: "rare", favoriteAt: fixture.clock.now)
        var rows = [(oldest, "zebra")]
        for _ in 0..<bound + 10 {
            fixture.clock.advance(by: .seconds(1))
            let isRare = rows.count.isMultiple(of: 2)
            rows.append((.output(
                of: actor, at: fixture.clock.now, model: isRare ? "rare" : "usual",
                favoriteAt: isRare ? nil : fixture.clock.now), "sunset"))
        }
        try await fixture.insert(rows)
        try await fixture.indexPrompts()

        // Half of them are of the model, and all are favorites or of the model: each page looks through a part.
        let rare = AssetFilter(model: .init(rawValue: "rare"), isFavorite: true)
        #expect(try await fixture.walk(actor, rare, limit: 20) == [oldest.id])
        #expect(try await fixture.assets.list(of: actor.account, AssetFilter(search: SearchQuery("zebra")), limit: 21)
            == AssetPage(assets: [oldest]), "what is rare is found at once")
        try await fixture.tagAll(rows.map(\.0), "common")
        let both = AssetFilter(model: .init(rawValue: "none"), tag: "common")
        let first = try await fixture.assets.list(of: actor.account, both, limit: 21)
        #expect(first.assets.isEmpty && first.next != nil)
        let second = try await fixture.assets.list(of: actor.account, both, after: first.next, limit: 21)
        #expect(second == AssetPage(assets: []), "the end has no next")
    }
}

extension FilesFixture {
    /// All that is found, by pages.
    func walk(_ actor: Actor, _ filter: AssetFilter, limit: Int) async throws -> [ID<Asset>] {
        var (found, cursor) = ([ID<Asset>](), ID<Asset>?.none)
        while true {
            let page = try await assets.list(of: actor.account, filter, after: cursor, limit: limit + 1)
            found += page.assets.prefix(limit).map(\.id)
            guard let next = page.assets.count > limit ? found.last : page.next else { return found }
            cursor = next
        }
    }

    func remove(trashed: [Asset], _ deleted: [Asset]) async throws {
        let now = clock.now
        try await database.write(order: .alone) { transaction in
            for asset in trashed {
                try transaction.execute("UPDATE assets SET trashed_at = $2 WHERE id = $1", asset.id, now)
            }
            for asset in deleted { try transaction.files.deleteAsset(asset, now: now) }
        }
    }

    /// Past what a person may do, which is one at a time.
    func tagAll(_ assets: [Asset], _ tag: String) async throws {
        try await database.write(order: .alone) { transaction in
            for asset in assets {
                try transaction.perform(
                    "INSERT INTO asset_tags (account_id, tag, asset_id) VALUES ($1, $2, $3)", asset.account, tag,
                    asset.id)
            }
        }
    }
}

extension SearchQuery {
    /// What both engines must find, compared byte by byte.
    func finds(_ words: [String]) -> Bool {
        !beginnings.isEmpty && beginnings.allSatisfy { beginning in
            words.contains { $0.utf8.starts(with: beginning.utf8) }
        }
    }
}

@testable import Core
import Logging
import SQL
import TestSupport
import Testing

/// What is found by prompts: the same on both engines, and what a comparison in memory says.
struct SearchTests {
    private let fixture: FilesFixture
    private let actor: Actor

    init() async throws {
        fixture = try await FilesFixture()
        actor = try await fixture.account()
    }

    /// One output for each prompt, the newest last.
    private static func insert(
        _ prompts: [String], _ fixture: FilesFixture, _ actor: Actor
    ) async throws -> [(id: ID<Asset>, prompt: String)] {
        let rows = prompts.map { prompt in
            fixture.clock.advance(by: .seconds(1))
            return (Asset.output(of: actor, at: fixture.clock.now), prompt)
        }
        try await fixture.insert(rows)
        try await fixture.indexPrompts(batch: 40)
        return rows.map { ($0.0.id, $0.1) }
    }

    /// Above the samples are so many others that PostgreSQL uses its index for what is rare, and for what is not goes
    /// through all.
    @Test(arguments: TestEngine.available)
    func `more than two hundred queries in many scripts find what they must, on each engine`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let (actor, other) = (try await fixture.account(), try await fixture.account())
        let filler = (0..<AssetPage.mostRows + 20).map { "filler \($0) ４K ネコ" }
        let rows = try await Self.insert(SearchSamples.prompts + filler, fixture, actor)
        _ = try await Self.insert(SearchSamples.prompts, fixture, other)
        let words = rows.map { SearchWords.words(of: $0.prompt) }

        for text in SearchSamples.queries + ["filler", "fill 21", "ネコ", "filler none"] {
            let query = try #require(SearchQuery(text), "\(text)")
            let expected = zip(rows, words).filter { query.finds($1) }.map(\.0.id).reversed()
            let found = try await fixture.walk(actor, AssetFilter(search: query), limit: 50)
            #expect(found == Array(expected), "\(text)")
        }
        #expect(SearchSamples.queries.count > 200)
    }

    @Test(arguments: [
        ("STRASSE", ["Straße bei Nacht, große Häuser"]), ("sunse dun", ["Red dunes at sunset, cinematic, 4K"]),
        ("unset", []), ("IŞIK bogaz", ["İstanbul'da ışıklı bir gece, Boğaz köprüsü"]),
        ("ΘΆΛΑΣΣΑ φόρ", ["Κόκκινο φόρεμα στη θάλασσα"]), ("елка", ["Ёлка и снег в Москве"]),
        ("فستان", ["فُسْتَان أَحْمَر عَلَى كُرْسِيّ"]), ("लड़की", ["लाल कपड़े में एक लड़की"]), ("红裙", ["穿红裙子的女人坐在木椅上"]),
        ("ﾄﾞﾚｽ", ["赤いドレスを着た女性"]), ("레스", ["빨간 드레스를 입은 여자"]), ("ทะเล", ["พระอาทิตย์ตกที่ทะเล"]),
        ("\"red\" -none", []), ("\"rotten", []), ("DROP table'", ["SELECT * FROM assets; DROP TABLE jobs; --"]),
        ("🐱", []),
    ])
    func `a query finds these`(text: String, prompts: [String]) async throws {
        let rows = try await Self.insert(SearchSamples.prompts, fixture, actor)

        let found = try await fixture.walk(actor, AssetFilter(search: SearchQuery(text)), limit: 50)

        #expect(found.compactMap { id in rows.first { $0.id == id }?.prompt } == prompts)
    }

    @Test(arguments: TestEngine.available)
    func `what is deleted is found no more, and of the trash only in the trash`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let (one, two, three) = (
            Asset.output(of: actor, at: fixture.clock.now), Asset.output(of: actor, at: fixture.clock.now),
            Asset.output(of: actor, at: fixture.clock.now + .seconds(1))
        )
        try await fixture.insert([(one, "red"), (two, "red"), (three, "red")])
        // One of them before it is in the index at all.
        try await fixture.assets.delete(one.id, of: actor.account)
        try await fixture.indexPrompts()
        try await fixture.assets.delete(two.id, of: actor.account)
        let query = SearchQuery("red")

        #expect(try await fixture.walk(actor, AssetFilter(search: query), limit: 5) == [three.id])
        try await fixture.remove(trashed: [three], [])
        #expect(try await fixture.walk(actor, AssetFilter(search: query), limit: 5) == [])
        #expect(try await fixture.walk(actor, AssetFilter(search: query, isTrash: true), limit: 5) == [three.id])
        let (words, waiting) = try await fixture.database.read {
            try (
                $0.query("SELECT asset_id FROM asset_words").map { try $0.get("asset_id", as: ID<Asset>.self) },
                $0.query("SELECT * FROM search_queue").count)
        }
        #expect(words == [three.id] && waiting == 0)
    }

    @Test func `SQLite's full-text index agrees with its words after all of that`() async throws {
        let rows = try await Self.insert(SearchSamples.prompts, fixture, actor)
        for row in rows.prefix(20) { try await fixture.assets.delete(row.id, of: actor.account) }

        // It throws if they differ.
        try await fixture.database.write(order: .alone) {
            try $0.runScript("INSERT INTO asset_search (asset_search, rank) VALUES ('integrity-check', 1)")
        }
        await #expect(throws: DatabaseError.self) {
            try await fixture.database.write(order: .alone) {
                try $0.execute("UPDATE asset_words SET words = 'other' WHERE asset_id = $1", rows[25].id)
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func `outputs that are older than the search are found too`(on engine: TestEngine) async throws {
        let folder = try TemporaryFolder()
        let database = try await engine.emptyDatabase(in: folder.path)
        let step = try #require(try await Schema.migrator.pending(database).firstIndex(of: "gallery"))
        _ = try await Schema.migrator.upTo(step).migrate(database) { 0 }
        let (account, id) = (ID<Account>.random(), ID<Asset>.make(at: Instant(rawValue: 1_780_000_000_000)))
        try await database.write(order: .alone) {
            try $0.execute("INSERT INTO accounts (id, name, plan, created_at) VALUES ($1, 'A', 'free', 0)", account)
            try $0.execute("""
                INSERT INTO jobs (id, account_id, kind, kind_version, endpoint, provider, state, parameters,
                    outputs_asked, outputs_delivered, price, price_version, price_breakdown, event_seq, order_at,
                    run_at, time_limit, created_at, ended_at)
                VALUES ('job', $1, 'text_to_image', 1, 'a', 'fal', 'completed', '{"prompt":"Red"}', 1, 1, 600, 1, '{}',
                    1, 0, 0, 1000, 0, 0)
                """, account)
            try $0.execute("""
                INSERT INTO assets (id, account_id, job_id, output_index, key, name, content_type, size, sha256, tags,
                    created_at) VALUES ($1, $2, 'job', 0, $3, 'a', 'image/png', 1, '', '[]', 0)
                """, id, account, "outputs/\(account)/job/0.png")
        }

        #expect(try await Schema.migrator.migrate(database) { 0 }.first == "gallery")
        try await IndexPrompts(database: database).runOnce()

        let filter = AssetFilter(search: SearchQuery("red"))
        let found = try await database.read { try $0.files.page(of: account, filter, limit: 5).assets.map(\.id) }
        #expect(found == [id])
        let gallery = Gallery(database: database, time: FakeTime().time, logger: .init(label: "test"))
        #expect(try await gallery.index(of: account).days.map(\.count) == [1])
        await database.close()
    }
}

@testable import Core
import Logging
import SQL
import TestSupport
import Testing

/// By which index each list is read, with so many assets in one account that PostgreSQL looks for one.
struct ListPlanTests {
    private static let count = 12_000
    private static let rare = EndpointID(rawValue: "rare")

    @Test(arguments: TestEngine.available)
    func `each list is read by the index of what is rarest, in its order`(on engine: TestEngine) async throws {
        let folder = try TemporaryFolder()
        let plain = try await engine.database(in: folder.path)
        let many = ManyAssets(count: Self.count)
        try await many.insert(into: plain)

        for (filter, index) in [
            (AssetFilter(), "assets_outputs"), (AssetFilter(), "assets_uploads"),
            (AssetFilter(kind: .output), "assets_outputs"), (AssetFilter(kind: .upload), "assets_uploads"),
            (AssetFilter(isFavorite: true), "assets_favorites"), (AssetFilter(model: Self.rare), "assets_by_endpoint"),
            (AssetFilter(jobKind: "image_edit"), "assets_by_kind"), (AssetFilter(isTrash: true), "assets_in_trash"),
            (AssetFilter(model: Self.rare, isFavorite: true), "assets_favorites"),
            (AssetFilter(jobKind: "image_edit", model: Self.rare), "assets_by_endpoint"),
            (AssetFilter(tag: "red"), engine == .sqlite ? "PRIMARY KEY ((account_id,tag,asset_id)" : "asset_tags_pkey"),
            (AssetFilter(search: SearchQuery("zebra")),
                engine == .sqlite ? "asset_search VIRTUAL TABLE" : "asset_words_found"),
            (AssetFilter(search: SearchQuery("sunset")),
                engine == .sqlite ? "asset_search VIRTUAL TABLE" : "asset_words_by_account"),
        ] as [(AssetFilter, String)] {
            let explaining = Explaining()
            let list = ListStatements(many: many, database: Database(explaining.wrap(plain.engine)))
            try await list.pages(filter)
            let steps = explaining.plans.flatMap(\.steps)
            #expect(steps.contains { $0.contains(index) }, "\(filter): \(steps)")
            for step in steps {
                #expect(!step.contains("Seq Scan on assets") && !step.contains("Seq Scan on asset_words"), "\(step)")
                #expect(!step.contains("SCAN assets") && !step.contains("SCAN asset_words"), "\(step)")
                #expect(!step.contains("Backward using assets_pkey"), "\(step)")
            }
        }
        await plain.close()
    }

    @Test(arguments: TestEngine.available)
    func `the gallery's index is read from an index, and a range by the counts of hours`(
        on engine: TestEngine
    ) async throws {
        let folder = try TemporaryFolder()
        let plain = try await engine.database(in: folder.path)
        let many = ManyAssets(count: Self.count)
        try await many.insert(into: plain)
        let explaining = Explaining()
        let database = Database(explaining.wrap(plain.engine))

        _ = try await Gallery(database: database, time: FakeTime().time, logger: .init(label: "test"))
            .index(of: many.account)
        try await ListStatements(many: many, database: database).range(at: Self.count / 2)

        let letters = explaining.plan("SELECT id, width, height FROM assets\n")
        if engine == .sqlite {
            #expect(letters.contains { $0.contains("COVERING INDEX assets_outputs") }, "\(letters)")
            #expect(!letters.contains { $0.contains("TEMP B-TREE") }, "\(letters)")
        } else {
            // Of the few oldest, PostgreSQL takes those that the primary key has before the bound, and sorts them.
            #expect(letters.contains { $0.contains("Index") && $0.contains("on assets") }, "\(letters)")
            #expect(!letters.contains { $0.contains("Seq Scan") }, "\(letters)")
        }
        let range = explaining.plan("OFFSET")
        #expect(range.contains { $0.contains("assets_outputs") }, "\(range)")
        let hours = explaining.plan("SELECT hour, place FROM")
        #expect(!hours.isEmpty && hours.allSatisfy { !$0.contains("assets") }, "\(hours)")
        await plain.close()
    }
}

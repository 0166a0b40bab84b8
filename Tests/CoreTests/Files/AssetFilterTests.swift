@testable import Core
import SQL
import TestSupport
import Testing

/// Which assets are found by their tags and as favorites.
struct AssetFilterTests {
    /// Six assets of an account, one a second, named by their numbers; some with tags, some favorites.
    private func sixAssets(on engine: TestEngine) async throws -> (FilesFixture, Actor, [ID<Asset>]) {
        let fixture = try await FilesFixture(engine)
        let (actor, other) = (try await fixture.account(), try await fixture.account())
        var ids: [ID<Asset>] = []
        for number in 0..<6 {
            let id = try await fixture.upload(name: "\(number)", for: actor).id
            let tags = (number.isMultiple(of: 2) ? ["red"] : []) + (number < 3 ? ["é", "a b"] : [])
            _ = try await fixture.assets.edit(
                id, of: actor.account, AssetEdit(tags: tags, favorite: number.isMultiple(of: 3)))
            ids.append(id)
            fixture.clock.now = fixture.clock.now + .seconds(1)
        }
        let foreign = try await fixture.upload(for: other).id
        _ = try await fixture.assets.edit(foreign, of: other.account, AssetEdit(tags: ["red"], favorite: true))
        return (fixture, actor, ids)
    }

    @Test(arguments: TestEngine.available)
    func `a tag and a favorite find what has them, newest first, alone and together`(
        on engine: TestEngine
    ) async throws {
        let (fixture, actor, ids) = try await sixAssets(on: engine)

        for (filter, numbers) in [
            (AssetFilter(), [5, 4, 3, 2, 1, 0]), (AssetFilter(tag: "red"), [4, 2, 0]),
            (AssetFilter(tag: "é"), [2, 1, 0]), (AssetFilter(tag: "a b"), [2, 1, 0]),
            (AssetFilter(tag: "Red"), []), (AssetFilter(tag: "re"), []),
            (AssetFilter(isFavorite: true), [3, 0]), (AssetFilter(isFavorite: false), [5, 4, 2, 1]),
            (AssetFilter(tag: "red", isFavorite: true), [0]), (AssetFilter(tag: "red", isFavorite: false), [4, 2]),
            (AssetFilter(kind: .upload, tag: "red"), [4, 2, 0]), (AssetFilter(kind: .output, tag: "red"), []),
            (AssetFilter(kind: .output, isFavorite: true), []), (AssetFilter(kind: .upload, isFavorite: true), [3, 0]),
        ] as [(AssetFilter, [Int])] {
            let found = try await fixture.assets.list(of: actor.account, filter, limit: 10).assets
            #expect(found.map(\.name) == numbers.map(String.init), "\(filter)")
        }
        for filter in [AssetFilter(tag: "red"), AssetFilter(isFavorite: false)] {
            let first = try await fixture.assets.list(of: actor.account, filter, limit: 2).assets
            let rest = try await fixture.assets.list(of: actor.account, filter, after: first.last?.id, limit: 10).assets
            let all = try await fixture.assets.list(of: actor.account, filter, limit: 10).assets
            #expect(first.count == 2 && first + rest == all, "\(filter)")
        }
        #expect(ids.count == 6)
    }

    @Test(arguments: TestEngine.available)
    func `what is changed or deleted is found by what it is now`(on engine: TestEngine) async throws {
        let (fixture, actor, ids) = try await sixAssets(on: engine)

        _ = try await fixture.assets.edit(ids[0], of: actor.account, AssetEdit(tags: ["blue"], favorite: false))
        _ = try await fixture.assets.edit(ids[1], of: actor.account, AssetEdit(name: "one"))
        try await fixture.assets.delete(ids[2], of: actor.account)

        func names(_ filter: AssetFilter) async throws -> [String] {
            try await fixture.assets.list(of: actor.account, filter, limit: 10).assets.map(\.name)
        }
        #expect(try await names(AssetFilter(tag: "red")) == ["4"])
        #expect(try await names(AssetFilter(tag: "blue")) == ["0"])
        #expect(try await names(AssetFilter(tag: "é")) == ["one"], "a new name leaves the tags")
        #expect(try await names(AssetFilter(isFavorite: true)) == ["3"])
        let left = try await fixture.database.read {
            try $0.queryOne("SELECT COUNT(*) AS count FROM asset_tags WHERE asset_id = $1", ids[2])?
                .get("count", as: Int.self)
        }
        #expect(left == 0, "a deleted asset has no tags")
    }

    @Test(arguments: TestEngine.available)
    func `assets of an older version are found by the tags that they had`(on engine: TestEngine) async throws {
        let folder = try TemporaryFolder()
        let database = try await engine.emptyDatabase(in: folder.path)
        let step = try #require(try await Schema.migrator.pending(database).firstIndex(of: "asset tags"))
        _ = try await Schema.migrator.upTo(step).migrate(database) { 0 }
        try await database.write(order: .alone) {
            try $0.runScript("""
                INSERT INTO users (id, email, email_key, role, metadata, created_at, updated_at)
                    VALUES ('user', 'a@example.com', 'a@example.com', 'user', '{}', 0, 0);
                INSERT INTO accounts (id, name, personal_user_id, plan, created_at)
                    VALUES ('user', 'A', 'user', 'free', 0);
                INSERT INTO assets (id, account_id, key, name, content_type, size, sha256, tags, created_at, deleted_at)
                VALUES
                    ('1', 'user', 'uploads/user/1.png', 'a', 'image/png', 1, '', '["red","a \\"b\\"","red"]', 0, NULL),
                    ('2', 'user', 'uploads/user/2.png', 'b', 'image/png', 1, '', '[]', 0, NULL),
                    ('3', 'user', 'uploads/user/3.png', 'c', 'image/png', 1, '', '["red"]', 0, 5);
                """)
        }

        #expect(try await Schema.migrator.migrate(database) { 0 }.first == "asset tags")

        let tags = try await database.read {
            try $0.query("SELECT tag, asset_id FROM asset_tags ORDER BY tag").map {
                "\(try $0.get("tag", as: String.self)) \(try $0.get("asset_id", as: String.self))"
            }
        }
        #expect(tags == [#"a "b" 1"#, "red 1"])
        let found = try await database.read {
            try $0.files.page(of: ID(rawValue: "user"), AssetFilter(tag: "red"), limit: 5)
        }
        #expect(found.assets.map(\.name) == ["a"])
        await database.close()
    }
}

@testable import Core
import SQL
import Testing
import TestSupport

/// The places of assets in a search.
struct SearchNumberTests {
    @Test func `numbers sort as ids do, and each begins where its millisecond does`() {
        var random = Seeded("search numbers", variable: "NUMBERS_SEED")
        let ids = (0..<2000).map { _ in
            ID<Asset>.make(at: Instant(rawValue: 1_780_000_000_000 + random.number(0...300)))
        }.sorted()

        for (one, other) in zip(ids, ids.dropFirst()) { #expect(SearchNumber.of(one) <= SearchNumber.of(other)) }
        for id in ids {
            let instant = Instant(rawValue: SearchNumber.milliseconds(of: id))
            #expect(ID<Asset>.first(at: instant) <= id && id < ID<Asset>.first(at: instant + .milliseconds(1)))
            #expect(SearchNumber.first(at: instant) <= SearchNumber.of(id))
            #expect(SearchNumber.of(id) < SearchNumber.first(at: instant + .milliseconds(1)))
            #expect(SearchNumber.range(around: SearchNumber.of(id)).contains(SearchNumber.of(id)))
        }
        #expect(SearchNumber.first(at: .distantFuture) > 0)
    }

    @Test(arguments: TestEngine.available)
    func `assets of one number are each found once`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let now = fixture.clock.now
        // The same 63 bits in front, at the end of the millisecond, and others in it.
        let start = ID<Asset>.first(at: now).rawValue.prefix(14)
        let ids = [
            "7fff-bfff-000000000001", "7fff-bfff-000000000002", "7fff-bfff-000000000003", "7000-8000-000000000001",
        ].map { ID<Asset>(rawValue: start + $0) }
        for id in ids {
            let sample = Asset.output(of: actor, at: now)
            try await fixture.insert(Asset(
                id: id, account: actor.account, createdBy: actor.user, job: sample.job, outputIndex: 0,
                jobKind: .textToImage, endpoint: sample.endpoint, key: sample.key, name: "a", type: .png, size: 1,
                sha256: "", dimensions: nil, createdAt: now, expiresAt: nil), prompt: "red")
            try await fixture.indexPrompts()
        }

        for limit in 1...4 {
            let found = try await fixture.walk(actor, AssetFilter(search: SearchQuery("red")), limit: limit)
            #expect(found.count == 4 && Set(found) == Set(ids), "\(limit)")
        }
    }
}

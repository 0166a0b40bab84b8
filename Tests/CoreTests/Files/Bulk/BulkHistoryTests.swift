@testable import Core
import SQL
import Testing
import TestSupport

/// Random tasks and their undoing, with people who change the same files between the batches.
struct BulkHistoryTests {
    /// What a task may change of an asset.
    private struct Look: Equatable {
        var tags: [String]
        var isFavorite: Bool
        var isTrashed: Bool

        init(_ asset: Asset) {
            (tags, isFavorite, isTrashed) = (asset.tags, asset.favoriteAt != nil, asset.trashedAt != nil)
        }
    }

    @Test(arguments: TestEngine.available)
    func `whatever happens between batches, a task changes what it selected, and undoing restores it`(
        on engine: TestEngine
    ) async throws {
        var random = Seeded("bulk tasks", variable: "BULK_SEED")
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let busy = Set(try await fixture.rows(2, for: actor).map(\.id))
        for id in busy { _ = try await fixture.job(of: actor, input: id) }
        for round in 0..<25 {
            _ = try await fixture.rows(Int.random(in: 0...6, using: &random), for: actor)
            let before = try await fixture.all(of: actor)
            let (action, filter) = choose(using: &random)
            let except = Set(before.filter { _ in random.happens(oneIn: 8) }.map(\.id))
            let batch = Int.random(in: 1...7, using: &random)
            let bulk = fixture.bulk(batch: batch)
            guard case .begun(let begun) = try await bulk.begin(
                action, .filter(filter, except: except), by: actor)
            else { throw Unexpected("it was repeated") }

            let touched = try await finish(begun, batch, fixture, actor, using: &random)

            let after = Dictionary(uniqueKeysWithValues: try await fixture.all(of: actor).map { ($0.id, $0) })
            for asset in before where !touched.contains(asset.id) {
                let isSelected = selects(filter, asset) && !except.contains(asset.id)
                let isBusy = busy.contains(asset.id)
                let expected = isSelected ? look(of: asset, after: action, isBusy: isBusy) : Look(asset)
                #expect(after[asset.id].map { Look($0) } == expected, "round \(round), \(action), seed \(random.seed)")
            }
            #expect(try await fixture.contradictions(of: actor) == [])
            guard action.canBeUndone, random.happens(oneIn: 2) else { continue }

            var kept: [Asset] = []
            for asset in after.values.sorted(by: { $0.id < $1.id }) where random.happens(oneIn: 6) {
                kept.append(try await touch(asset.id, fixture, actor))
            }
            let undoing = try await bulk.undo(begun.id, of: actor.account)
            let touchedLater = try await finish(undoing, batch, fixture, actor, using: &random)

            let end = Dictionary(uniqueKeysWithValues: try await fixture.all(of: actor).map { ($0.id, $0) })
            let others = touched.union(touchedLater).union(kept.map(\.id))
            for asset in before where !others.contains(asset.id) {
                #expect(end[asset.id].map { Look($0) } == Look(asset), "round \(round), \(action), seed \(random.seed)")
            }
            // What was restored and then edited is in the trash as before, with what was edited.
            for asset in kept where !touchedLater.contains(asset.id) && action != .restore {
                #expect(end[asset.id] == asset, "round \(round), \(action), seed \(random.seed)")
            }
            #expect(try await fixture.contradictions(of: actor) == [])
        }
    }

    /// Batch by batch. Returns which assets somebody changed in between.
    private func finish(
        _ task: BulkTask, _ batch: Int, _ fixture: FilesFixture, _ actor: Actor, using random: inout Seeded
    ) async throws -> Set<ID<Asset>> {
        var touched: Set<ID<Asset>> = []
        for _ in 0..<500 {
            let now = fixture.clock.now
            let claim = try await fixture.database.write(order: .alone) {
                try $0.files.claimBulkTask(.random(), now: now, until: now + BulkClaim.time)
            }
            guard let claim else {
                let ended = try await fixture.bulk().find(task.id, of: actor.account)
                #expect(ended.state.isEnded)
                #expect(ended.matched == ended.counts.done + ended.counts.skipped)
                return touched
            }
            if random.happens(oneIn: 3), let asset = try await fixture.all(of: actor).randomElement(using: &random) {
                _ = try await touch(asset.id, fixture, actor)
                touched.insert(asset.id)
            }
            try await fixture.runBulkTasks(batch: batch).work(on: claim, batches: 1)
        }
        throw Unexpected("the task does not end")
    }

    /// Somebody takes it out of the trash, gives it a tag that nothing else has, and changes whether it is a favorite.
    private func touch(_ id: ID<Asset>, _ fixture: FilesFixture, _ actor: Actor) async throws -> Asset {
        fixture.clock.now = fixture.clock.now + .milliseconds(1)
        let asset = try await fixture.assets.restore(id, of: actor.account)
        return try await fixture.assets.edit(
            id, of: actor.account,
            AssetEdit(tags: ["at \(fixture.clock.now.milliseconds)"], favorite: asset.favoriteAt == nil))
    }

    private func choose(using random: inout Seeded) -> (BulkAction, AssetFilter) {
        let actions: [BulkAction] = [
            .favorite, .unfavorite, .tag("red"), .tag("blue"), .untag("red"), .trash, .trash, .restore,
        ]
        let action = random.happens(oneIn: 12) ? .delete : actions.randomElement(using: &random) ?? .favorite
        var filter = AssetFilter(isTrash: action == .restore)
        if random.happens(oneIn: 3) { filter.isFavorite = random.happens(oneIn: 2) }
        if random.happens(oneIn: 3) { filter.tag = random.happens(oneIn: 2) ? "red" : "blue" }
        return (action, filter)
    }

    private func selects(_ filter: AssetFilter, _ asset: Asset) -> Bool {
        guard filter.isTrash == (asset.trashedAt != nil) else { return false }
        if let isFavorite = filter.isFavorite, isFavorite != (asset.favoriteAt != nil) { return false }
        return filter.tag.map { asset.tags.contains($0) } ?? true
    }

    /// Nil if it is deleted.
    private func look(of asset: Asset, after action: BulkAction, isBusy: Bool) -> Look? {
        var look = Look(asset)
        switch action {
        case .favorite: look.isFavorite = true
        case .unfavorite: look.isFavorite = false
        case .tag(let tag): if !look.tags.contains(tag) { look.tags.append(tag) }
        case .untag(let tag): look.tags.removeAll { $0 == tag }
        case .trash: if !isBusy { look.isTrashed = true }
        case .restore: look.isTrashed = false
        case .delete: return isBusy ? look : nil
        }
        return look
    }
}

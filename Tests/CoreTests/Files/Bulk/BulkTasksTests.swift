@testable import Core
import SQL
import Testing
import TestSupport

/// Changes of many assets at once, and their undoing.
struct BulkTasksTests {
    private func begun(_ outcome: BulkTasks.Outcome) throws -> BulkTask {
        guard case .begun(let task) = outcome else { throw Unexpected("it was repeated") }
        return task
    }

    @Test(arguments: TestEngine.available)
    func `a query minus exceptions is changed in batches, with its progress, and undone exactly`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let (actor, other) = (try await fixture.account(), try await fixture.account())
        let assets = try await fixture.rows(25, for: actor)
        let foreign = try await fixture.rows(2, for: other)
        _ = try await fixture.assets.edit(assets[3].id, of: actor.account, AssetEdit(favorite: true))
        let before = try await fixture.all(of: actor)
        fixture.clock.now = fixture.clock.now + .seconds(1)
        let bulk = fixture.bulk(batch: 10)

        let selection = BulkSelection.filter(AssetFilter(), except: [assets[0].id, assets[24].id])
        let first = try begun(try await bulk.begin(.favorite, selection, by: actor))

        #expect(first.state == .running && first.matched == nil && first.counts.done == 9, "24 is left out")
        let late = try await fixture.rows(1, for: actor)
        let run = fixture.runBulkTasks(batch: 10)
        try await run.runOnce()
        let task = try await bulk.find(first.id, of: actor.account)
        #expect(task.state == .completed && task.endedAt == fixture.clock.now)
        #expect(task.matched == 23 && task.counts.done == 23 && task.counts.changed == 22 && task.counts.skipped == 0)
        let favorites = try await fixture.all(of: actor).filter { $0.favoriteAt != nil }.map(\.id)
        #expect(favorites == assets[1..<24].map(\.id))
        #expect(try await fixture.all(of: other) == foreign)

        #expect(try await bulk.undo(task.id, of: actor.account).state == .undoing)
        try await run.runOnce()

        let undone = try await bulk.find(task.id, of: actor.account)
        #expect(undone.state == .undone && undone.counts.undone == 22 && undone.counts.undoSkipped == 0)
        #expect(try await fixture.all(of: actor) == before + late, "the favorite that was one is one")
        #expect(try await bulk.undo(task.id, of: actor.account) == undone, "twice is once")
    }

    @Test(arguments: TestEngine.available)
    func `the number that is matched is known while a task runs`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let assets = try await fixture.rows(30, for: actor)
        let bulk = fixture.bulk(batch: 2)
        let task = try begun(try await bulk.begin(
            .trash, .filter(AssetFilter(), except: [assets[5].id]), by: actor))
        let now = fixture.clock.now
        let claim = try await fixture.database.write(order: .alone) {
            try $0.files.claimBulkTask(.random(), now: now, until: now + BulkClaim.time)
        }

        try await fixture.runBulkTasks(batch: 2).work(on: try #require(claim), batches: 3)

        let running = try await bulk.find(task.id, of: actor.account)
        #expect(running.state == .running && running.matched == 29 && running.counts.done == 8)
    }

    @Test(arguments: TestEngine.available)
    func `tags are added and removed with their index, up to the limit`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let assets = try await fixture.rows(4, for: actor)
        let full = (0..<20).map { "t\($0)" }
        _ = try await fixture.assets.edit(assets[0].id, of: actor.account, AssetEdit(tags: full))
        _ = try await fixture.assets.edit(assets[1].id, of: actor.account, AssetEdit(tags: ["red", "a"]))
        let before = try await fixture.all(of: actor)
        let bulk = fixture.bulk()

        let tagged = try begun(try await bulk.begin(
            .tag("red"), .filter(AssetFilter(), except: []), by: actor))
        #expect(tagged.state == .completed && tagged.counts.skippedTags == 1 && tagged.counts.changed == 2)
        #expect(try await fixture.contradictions(of: actor) == [])
        let red = try await fixture.all(of: actor).filter { $0.tags.contains("red") }
        #expect(red.map(\.id) == assets[1...].map(\.id))

        #expect(try await bulk.undo(tagged.id, of: actor.account).state == .undone)
        #expect(try await fixture.all(of: actor) == before)
        #expect(try await fixture.contradictions(of: actor) == [])

        let untagged = try begun(try await bulk.begin(
            .untag("red"), .filter(AssetFilter(tag: "red"), except: []), by: actor))
        #expect(untagged.counts.changed == 1 && untagged.matched == 1)
        #expect(try await fixture.all(of: actor)[1].tags == ["a"])
        _ = try await bulk.undo(untagged.id, of: actor.account)
        #expect(try await fixture.all(of: actor) == before)
        #expect(try await fixture.contradictions(of: actor) == [])
    }

    @Test(arguments: TestEngine.available)
    func `the trash takes and returns many, and deleting them is for good`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let assets = try await fixture.rows(5, for: actor)
        _ = try await fixture.job(of: actor, input: assets[2].id)
        let bulk = fixture.bulk()
        let all = BulkSelection.filter(AssetFilter(), except: [])
        let inTrash = BulkSelection.filter(AssetFilter(isTrash: true), except: [])

        let trashed = try begun(try await bulk.begin(.trash, all, by: actor))
        #expect(trashed.counts.changed == 4 && trashed.counts.skippedInUse == 1 && trashed.matched == 5)
        #expect(try await fixture.all(of: actor).filter { $0.trashedAt != nil }.map(\.linkEpoch) == [1, 1, 1, 1])
        let restored = try begun(try await bulk.begin(.restore, inTrash, by: actor))
        #expect(restored.counts.changed == 4)
        #expect(try await bulk.undo(restored.id, of: actor.account).counts.undone == 4)
        #expect(try await fixture.all(of: actor).count { $0.trashedAt != nil } == 4)

        let emptied = try begun(try await bulk.begin(.delete, inTrash, by: actor))
        #expect(emptied.counts.changed == 4 && emptied.matched == 4)
        #expect(try await fixture.all(of: actor).map(\.id) == [assets[2].id])
        #expect(try await fixture.contradictions(of: actor) == [])
        #expect(try await fixture.count(.deletions) == 4)
        await #expect(throws: BulkError.cannotBeUndone) { try await bulk.undo(emptied.id, of: actor.account) }
        #expect(!emptied.canBeUndone(at: fixture.clock.now))

        let kept = try begun(try await bulk.begin(.delete, all, by: actor))
        #expect(kept.counts.skippedInUse == 1 && kept.counts.changed == 0)
    }

    @Test(arguments: TestEngine.available)
    func `a few by their ids, and those that are not the account's are nothing`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let (actor, other) = (try await fixture.account(), try await fixture.account())
        let assets = try await fixture.rows(3, for: actor)
        let foreign = try await fixture.rows(1, for: other)
        try await fixture.assets.trash(assets[2].id, of: actor.account)
        let bulk = fixture.bulk()

        let ids = Set([assets[0].id, assets[2].id, foreign[0].id, .make(at: fixture.clock.now)])
        let task = try begun(try await bulk.begin(.favorite, .only(ids), by: actor))

        #expect(task.matched == 2 && task.counts.changed == 1 && task.counts.skippedInTrash == 1)
        #expect(try await fixture.all(of: actor).map { $0.favoriteAt != nil } == [true, false, false])
        #expect(try await fixture.all(of: other) == foreign)
        let none = try begun(try await bulk.begin(.favorite, .only([]), by: actor))
        #expect(none.state == .completed && none.matched == 0)
        let (nobody, all) = (try await fixture.account(), BulkSelection.filter(AssetFilter(), except: []))
        #expect(try begun(try await bulk.begin(.trash, all, by: nobody)).matched == 0)
    }

    @Test(arguments: TestEngine.available)
    func `an account has five tasks at a time, and each key one`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let (actor, other) = (try await fixture.account(), try await fixture.account())
        _ = try await fixture.rows(3, for: actor)
        let bulk = fixture.bulk(batch: 1)
        let all = BulkSelection.filter(AssetFilter(), except: [])
        let key = Idempotency(route: "bulk", key: "k", bodyHash: "a")
        let first = try begun(try await bulk.begin(.favorite, all, by: actor, idempotency: key))
        for _ in 0..<4 { _ = try await bulk.begin(.unfavorite, all, by: actor) }

        await #expect(throws: BulkError.tooManyTasks(limit: 5)) { try await bulk.begin(.trash, all, by: actor) }
        _ = try await bulk.begin(.trash, all, by: other)
        guard case .repeated(let same) = try await bulk.begin(.favorite, all, by: actor, idempotency: key) else {
            throw Unexpected("the key was not recognized")
        }
        #expect(same.id == first.id)
        await #expect(throws: IdempotencyError.keyReused) {
            try await bulk.begin(
                .favorite, all, by: actor, idempotency: Idempotency(route: "bulk", key: "k", bodyHash: "b"))
        }
        try await fixture.runBulkTasks(batch: 1).runOnce()
        #expect(try await bulk.find(first.id, of: actor.account).state == .completed)
        _ = try await bulk.begin(.trash, all, by: actor)
    }

    @Test(arguments: TestEngine.available)
    func `a running task is undone as far as it got, and goes on no more`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        _ = try await fixture.rows(9, for: actor)
        let bulk = fixture.bulk(batch: 4)
        let task = try begun(try await bulk.begin(.trash, .filter(AssetFilter(), except: []), by: actor))
        #expect(task.counts.changed == 4 && task.canBeUndone(at: fixture.clock.now))

        _ = try await bulk.undo(task.id, of: actor.account)
        try await fixture.runBulkTasks(batch: 4).runOnce()

        let undone = try await bulk.find(task.id, of: actor.account)
        #expect(undone.state == .undone && undone.counts.changed == 4 && undone.counts.undone == 4)
        #expect(try await fixture.all(of: actor).allSatisfy { $0.trashedAt == nil })
    }

    @Test(arguments: TestEngine.available)
    func `undo is for its time, of one's own tasks, and then the task goes`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine)
        let (actor, other) = (try await fixture.account(), try await fixture.account())
        _ = try await fixture.rows(5, for: actor)
        let bulk = fixture.bulk()
        let task = try begun(try await bulk.begin(.favorite, .filter(AssetFilter(), except: []), by: actor))
        await #expect(throws: BulkError.notFound) { try await bulk.undo(task.id, of: other.account) }
        await #expect(throws: BulkError.notFound) { try await bulk.find(task.id, of: other.account) }
        let remove = RemoveBulkTasks(database: fixture.database, time: fixture.time, batch: 2)
        fixture.clock.now = task.undoUntil - .milliseconds(1)
        #expect(try await remove.runOnce() == 0)
        #expect(task.canBeUndone(at: fixture.clock.now))

        fixture.clock.now = task.undoUntil

        #expect(!task.canBeUndone(at: fixture.clock.now))
        await #expect(throws: BulkError.undoExpired) { try await bulk.undo(task.id, of: actor.account) }
        #expect(try await remove.runOnce() == 1)
        await #expect(throws: BulkError.notFound) { try await bulk.find(task.id, of: actor.account) }
        let left = try await fixture.database.read {
            try $0.queryOne("SELECT COUNT(*) AS count FROM bulk_changes")?.get("count", as: Int.self)
        }
        #expect(left == 0)
        #expect(try await fixture.all(of: actor).allSatisfy { $0.favoriteAt != nil }, "what it did stays")
    }
}

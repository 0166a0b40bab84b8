@testable import Core
import SQL
import Testing
import TestSupport

/// Bulk tasks whose commits fail, whose nodes die, and that several nodes work on.
struct BulkFailureTests {
    private let all = BulkSelection.filter(AssetFilter(), except: [])

    /// The n-th commit fails, n = 1, 2, 3 …, until a run has no such commit.
    @Test(arguments: TestEngine.available, Faults.Moment.allCases)
    func `whichever commit fails, each asset is changed once and restored once`(
        on engine: TestEngine, _ moment: Faults.Moment
    ) async throws {
        for number in 1...200 {
            let faults = Faults(number, moment)
            try await live(on: engine, with: faults)
            guard let met = faults.met else {
                #expect(number > 8, "there are that many commits at least")
                return
            }
            print("bulk task: \(met) \(number)")
        }
        throw Unexpected("there is always a commit that fails")
    }

    private func live(on engine: TestEngine, with faults: Faults) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        let assets = try await fixture.rows(7, for: actor)
        _ = try await fixture.assets.edit(assets[4].id, of: actor.account, AssetEdit(tags: ["red"]))
        let before = try await fixture.all(of: actor)
        let database = Database(faults.wrap(fixture.database.engine))
        let (bulk, run) = (fixture.bulk(batch: 3, on: database), fixture.runBulkTasks(batch: 3, on: database))
        let key = Idempotency(route: "bulk", key: "k", bodyHash: "a")

        faults.arm()
        let outcome = try await faults.retrying {
            try await bulk.begin(.tag("red"), all, by: actor, idempotency: key)
        }
        try await faults.tolerating { try await run.runOnce() }
        faults.arm(false)
        let id = switch outcome {
        case .begun(let task), .repeated(let task): task.id
        }
        fixture.clock.now = fixture.clock.now + BulkClaim.time
        try await run.runOnce()

        let done = try await bulk.find(id, of: actor.account)
        #expect(done.state == .completed && done.matched == 7 && done.counts.done == 7 && done.counts.changed == 6)
        #expect(try await fixture.all(of: actor).allSatisfy { $0.tags == ["red"] })

        faults.arm()
        _ = try await faults.retrying { try await bulk.undo(id, of: actor.account) }
        try await faults.tolerating { try await run.runOnce() }
        faults.arm(false)
        fixture.clock.now = fixture.clock.now + BulkClaim.time
        try await run.runOnce()

        let undone = try await bulk.find(id, of: actor.account)
        #expect(undone.state == .undone && undone.counts.undone == 6 && undone.counts.undoSkipped == 0)
        #expect(try await fixture.all(of: actor) == before)
        #expect(try await fixture.contradictions(of: actor) == [])
    }

    @Test(arguments: TestEngine.available)
    func `a task whose node died between two batches is another's when its lease has ended`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine, nodes: 2)
        let actor = try await fixture.account()
        _ = try await fixture.rows(10, for: actor)
        let bulk = fixture.bulk(batch: 2)
        guard case .begun(let task) = try await bulk.begin(.trash, all, by: actor) else {
            throw Unexpected("it was repeated")
        }
        let now = fixture.clock.now
        let claimed = try await fixture.database.write(order: .alone) {
            try $0.files.claimBulkTask(.random(), now: now, until: now + BulkClaim.time)
        }
        let claim = try #require(claimed)
        let other = fixture.runBulkTasks(batch: 2, on: fixture.otherNodes[0])

        #expect(try await other.runOnce() == 0, "it is not due")
        fixture.clock.now = now + BulkClaim.time
        #expect(try await other.runOnce() > 0)
        let ended = try await bulk.find(task.id, of: actor.account)
        #expect(ended.state == .completed && ended.counts.changed == 10)

        // The first node was only slow: it finds that the task is no longer its own.
        let rows = try await fixture.all(of: actor)
        try await fixture.runBulkTasks(batch: 2).work(on: claim)
        #expect(try await bulk.find(task.id, of: actor.account) == ended)
        #expect(try await fixture.all(of: actor) == rows)
    }

    @Test(arguments: TestEngine.available)
    func `nodes that work at the same time do each batch once`(on engine: TestEngine) async throws {
        let fixture = try await FilesFixture(engine, nodes: 3)
        var tasks: [(Actor, BulkTask)] = []
        for _ in 0..<3 {
            let actor = try await fixture.account()
            _ = try await fixture.rows(40, for: actor)
            guard case .begun(let task) = try await fixture.bulk(batch: 1).begin(.trash, all, by: actor) else {
                throw Unexpected("it was repeated")
            }
            tasks.append((actor, task))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for node in [fixture.database] + fixture.otherNodes {
                group.addTask { try await fixture.runBulkTasks(batch: 1, on: node).runOnce() }
            }
            try await group.waitForAll()
        }
        for (actor, task) in tasks {
            let ended = try await fixture.bulk().find(task.id, of: actor.account)
            #expect(ended.state == .completed && ended.counts.changed == 40 && ended.matched == 40)
            #expect(try await fixture.all(of: actor).allSatisfy { $0.trashedAt != nil && $0.linkEpoch == 1 })
        }
    }

    @Test(arguments: TestEngine.available)
    func `a task that fails again and again ends, and what it changed can be undone`(
        on engine: TestEngine
    ) async throws {
        let fixture = try await FilesFixture(engine)
        let actor = try await fixture.account()
        _ = try await fixture.rows(4, for: actor)
        let bulk = fixture.bulk(batch: 2)
        guard case .begun(let task) = try await bulk.begin(.favorite, all, by: actor) else {
            throw Unexpected("it was repeated")
        }
        let selection = task.selection.json.text
        _ = try await fixture.database.write(order: .alone) {
            try $0.execute("UPDATE bulk_tasks SET selection = '{' WHERE id = $1", task.id)
        }
        // The row cannot be read, so a node cannot even note that it failed: the task stays due, and others go on.
        await #expect(throws: (any Error).self) { try await fixture.runBulkTasks(batch: 2).runOnce() }
        _ = try await fixture.database.write(order: .alone) {
            try $0.execute(
                "UPDATE bulk_tasks SET selection = $2, tries = 9, lease = NULL, due_at = 0 WHERE id = $1", task.id,
                selection)
        }
        // Its next batch fails: the change is there already.
        let rows = try await fixture.all(of: actor)
        let oldest = try #require(rows.first)
        _ = try await fixture.database.write(order: .alone) {
            try $0.execute(
                "INSERT INTO bulk_changes (task_id, asset_id, was, became) VALUES ($1, $2, 'null', 'null')", task.id,
                oldest.id)
        }
        try await fixture.runBulkTasks(batch: 2).runOnce()
        let failed = try await bulk.find(task.id, of: actor.account)
        #expect(failed.state == .failed && failed.endedAt == fixture.clock.now && failed.counts.changed == 2)
        #expect(failed.canBeUndone(at: fixture.clock.now))

        _ = try await bulk.undo(task.id, of: actor.account)
        try await fixture.runBulkTasks(batch: 2).runOnce()

        #expect(try await bulk.find(task.id, of: actor.account).state == .undone)
        #expect(try await fixture.all(of: actor).allSatisfy { $0.favoriteAt == nil })
    }
}

@testable import Core
import SQL
import Testing
import TestSupport

struct ReadJobTests {
    @Test(arguments: TestEngine.available)
    func `jobs that are read together are each as when read alone`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let ada = try await world.account(credits: 100)
        let bob = try await world.account(credits: 100)
        let done = try await world.submit(for: ada, images: 2)
        try await world.work()
        world.provider.finishAll()
        world.clock.advance(by: .seconds(2))
        try await world.work()
        let waiting = try await world.submit(for: bob)
        let read = ReadJob(database: world.database, time: world.clock.time)

        let wanted = [done, waiting].flatMap {
            [JobKey(id: $0.id, account: ada.account), JobKey(id: $0.id, account: bob.account)]
        }
        let together = try await world.database.read { try $0.jobs.details(of: wanted) }.map { try $0.get() }

        #expect(together.map { $0?.job.id } == [done.id, nil, nil, waiting.id])
        #expect(together[0]?.outputs.count == 2)
        #expect(together[0]?.attempts.count == 1)
        #expect(together[0]?.receipt?.captured == .whole(12))
        #expect(together[0]?.transactions.map(\.kind) == [.reserve, .capture])
        #expect(together[3]?.receipt?.reserved == .whole(6))
        #expect(try await read(done.id, of: ada.account)?.job.state == .completed)
        #expect(try await read(done.id, of: bob.account)?.job == nil)
        let queued = try #require(try await read(waiting.id, of: bob.account))
        #expect(queued.queuePosition == 0)
        #expect(queued.usualDuration != nil)
    }

    @Test(arguments: TestEngine.available)
    func `a place in the queue is that of a moment ago`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let first = try await world.submit(for: actor)
        let second = try await world.submit(for: actor)
        let read = ReadJob(database: world.database, time: world.clock.time)

        #expect(try await read(second.id, of: actor.account)?.queuePosition == 1)
        _ = try await world.cancelJob(first.id, by: actor)
        #expect(try await read(second.id, of: actor.account)?.queuePosition == 1)
        world.clock.advance(by: .milliseconds(250))
        #expect(try await read(second.id, of: actor.account)?.queuePosition == 0)
    }
}

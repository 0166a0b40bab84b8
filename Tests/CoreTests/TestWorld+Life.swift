@testable import Core
import SQL
import Testing
import TestSupport

extension TestWorld {
    /// A job that ends by webhook, with everything that is requested about it on the way, and one that is cancelled
    /// while it waits: every statement in a job's life.
    func liveThrough() async throws {
        let actor = try await account(credits: 100, plan: "basic")
        let limits = SpendLimits(database: database, time: clock.time)
        _ = try await limits.set(.account, [.day: .whole(90), .month: .whole(900)], by: actor)
        let job = try await submit(
            for: actor, images: 2, idempotency: Idempotency(route: "/api/generate", key: "one", bodyHash: "one"))
        let second = try await submit(for: actor)
        provider.behave(.acceptSilently)
        try await work()
        provider.finishAll(missing: 1)
        _ = try await deliverWebhook(try #require(provider.requests.first).id)
        try await work()
        clock.advance(by: .seconds(2))
        try await work()
        _ = try await cancelJob(second.id, by: actor)
        try await work()
        clock.advance(by: .seconds(1))
        try await database.write(order: .alone) { [now = clock.now] in
            _ = try $0.ledger.grant(.bonus, .whole(1), to: actor.account, key: "short-lived", expiresAt: now, now: now)
        }
        try await ExpireLots(database: database, time: clock.time).runOnce()
        _ = try await limits.list(for: actor)
        _ = try await PreviewPrices(database: database, time: clock.time)(catalog.current().prices.document)
        let old = clock.now - .seconds(62 * 86_400)
        _ = try await database.write(order: .alone) { try $0.spendLimits.deleteSpendCounters(before: old, limit: 100) }
        try await database.read { transaction in
            for id in [job.id, second.id] { _ = try transaction.jobs.details(of: id, account: actor.account) }
            _ = try transaction.jobs.queuePosition(of: job)
            _ = try transaction.jobs.headOfQueue(of: job.provider)
            _ = try transaction.jobs.usualDuration(of: job.endpoint)
            _ = try transaction.jobs.progress(of: actor.account)
            _ = try transaction.jobs.listedJobs(of: actor.account, state: nil, before: nil, limit: 10)
            for filter in [
                HistoryFilter(), .init(kind: .expire), .init(kind: .clawBack), .init(kind: .capture),
                .init(job: job.id),
                .init(from: self.clock.now),
            ] {
                _ = try transaction.ledger.history(of: actor.account, filter, before: nil, limit: 10)
            }
            _ = try transaction.ledger.explanation(of: actor.account, at: self.clock.now)
            _ = try transaction.jobs.events(of: actor.account, after: 0)
            _ = try transaction.jobs.events(of: job.id, account: actor.account)
            _ = try transaction.ledger.balanceSummary(of: actor.account, now: self.clock.now)
        }
        #expect(try await self.job(job.id).state == .completed)
    }
}

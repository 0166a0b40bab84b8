@testable import Core
import SQL
import Testing
import TestSupport

/// Reports about attempts come late, twice and out of order: the attempt's state decides whether they count.
struct AttemptStatementsTests {
    private static let states: [Attempt.State] = [
        .submitting, .submitted, .noResponse, .responded, .succeeded, .failed, .lost, .cancelled, .returned,
    ]

    enum Report: CaseIterable {
        case webhook, webhookWithoutResult, pollOrSubmission, noResponse, cancelSent, end, delivered

        /// In which states the report changes the attempt.
        var counts: [Attempt.State] {
            switch self {
            case .webhook, .webhookWithoutResult: [.submitting, .submitted, .noResponse]
            case .pollOrSubmission: [.submitting, .submitted]
            case .noResponse: [.submitting]
            case .cancelSent, .end, .delivered: [.submitting, .submitted, .noResponse, .responded]
            }
        }

        /// The attempt's state after a report that counts.
        var state: Attempt.State? {
            switch self {
            case .webhook, .pollOrSubmission: .responded
            case .webhookWithoutResult: .submitted
            case .noResponse: .noResponse
            case .cancelSent: nil
            case .end: .lost
            case .delivered: .succeeded
            }
        }

        func send(about claim: Claim, now: Instant, to jobs: JobStatements) throws {
            let (id, request) = (claim.attempt, "request of \(claim.attempt)")
            switch self {
            case .webhook: _ = try jobs.recordResponse([:], requestID: request, of: id, now: now, dueAt: now)
            case .webhookWithoutResult: _ = try jobs.pollNow(id, requestID: request, now: now)
            case .pollOrSubmission:
                _ = try jobs.record([Responded(
                    attempt: id, account: claim.job.account, lease: claim.lease, requestID: request, payload: [:],
                    cost: 7, now: now)])
            case .noResponse: try jobs.recordNoResponse(id, reason: "gone", cost: 7, now: now, dueAt: now)
            case .cancelSent: try jobs.recordCancelSent(id, now: now, dueAt: now)
            case .end: try jobs.end(id, .lost, now: now)
            case .delivered: _ = try jobs.succeed([(id, now)])
            }
        }
    }

    @Test(arguments: TestEngine.available)
    func `a report counts in the states that it is about, and else changes nothing`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        try await world.plan("wide", concurrentJobs: 100)
        let actor = try await world.account(credits: 1_000, plan: "wide")
        let now = world.clock.now

        for report in Report.allCases {
            _ = try await world.submit(Self.states.count, for: actor)
            let claims = try await world.claim(Self.states.count)
            let (before, after) = try await world.database.write(of: actor.account) { transaction in
                for (claim, state) in zip(claims, Self.states) { try transaction.put(claim, into: state, now: now) }
                let before = try claims.map { try transaction.jobs.attempt($0.attempt) }
                for claim in claims { try report.send(about: claim, now: now, to: transaction.jobs) }
                return (before, try claims.map { try transaction.jobs.attempt($0.attempt) })
            }

            let changed = zip(before, after).filter { $0 != $1 }
            #expect(changed.compactMap { $0.0?.state } == report.counts, "\(report)")
            for (old, new) in changed { #expect(new?.state == report.state ?? old?.state, "\(report)") }
        }
    }

    @Test(arguments: TestEngine.available)
    func `a worker that does not hold the lease changes nothing`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        try await world.submit(for: actor)
        let claim = try #require(try await world.claim().first)
        let stranger = Lease(rawValue: "another")
        let (id, now) = (claim.attempt, world.clock.now)
        let attempt = try #require(try await world.attempts(of: claim.job.id).first)

        let (strange, own) = try await world.database.write(of: actor.account) { transaction in
            let jobs = transaction.jobs
            let held = DueAttempt(attempt: attempt, job: claim.job, lease: stranger)
            let strange = try [
                jobs.holds(stranger, of: id), jobs.renew(stranger, of: id, until: now),
                jobs.recordProgress(ProviderProgress(percent: 9), of: held, unusableSince: nil, dueAt: now),
                !jobs.record([Responded(
                    attempt: id, account: claim.job.account, lease: stranger, requestID: "r", payload: [:], cost: 1,
                    now: now)]).isEmpty,
            ]
            try jobs.recordStoreFailure(held, reason: "broken", dueAt: now)
            try jobs.release(stranger, of: id, dueAt: now)
            return (strange, [try jobs.holds(claim.lease, of: id), try jobs.renew(claim.lease, of: id, until: now)])
        }

        #expect(strange == [false, false, false, false] && own == [true, true])
        #expect(try await world.attempts(of: claim.job.id) == [attempt])
    }

    @Test(arguments: TestEngine.available)
    func `due attempts are taken the longest overdue first, each under one lease until it ends`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        _ = try await world.submit(4, for: actor)
        let claims = try await world.claim(4)
        let now = world.clock.now
        try await world.database.write(order: .alone) { transaction in
            for (claim, due) in zip(claims, [-10, -30, 0, 1] as [Int64]) {
                try transaction.execute(
                    "UPDATE attempts SET due_at = $2 WHERE id = $1", claim.attempt, now + .milliseconds(due))
            }
        }
        func take(_ limit: Int, at now: Instant) async throws -> [DueAttempt] {
            try await world.database.write(order: .alone) {
                try $0.jobs.takeDueAttempts(limit, now: now, until: now + .seconds(30))
            }
        }

        let first = try await take(2, at: now)
        let second = try await take(2, at: now)
        let third = try await take(4, at: now)
        let again = try await take(4, at: now + .seconds(30))

        #expect(Set(first.map(\.attempt.id)) == [claims[0].attempt, claims[1].attempt])
        #expect(second.map(\.attempt.id) == [claims[2].attempt] && third.isEmpty)
        #expect(Set(again.map(\.attempt.id)) == Set(claims.map(\.attempt)))
        #expect((first + second + again).allSatisfy { $0.job.id == $0.attempt.job })
        let leases = [first, second, again].map { Set($0.map(\.lease)) }
        #expect(leases.map(\.count) == [1, 1, 1] && Set(leases.flatMap { $0 }).count == 3)
    }

    @Test func `a provider's result during the submission makes the attempt as it is stored`() throws {
        let job = try Job.sample(.processing)
        let now = Instant(seconds: 5)
        let claim = Claim(job: job, attempt: .make(at: now), lease: .make(at: now), leaseUntil: now)

        let due = claim.due("sandbox", ["files": []], requestID: "r1", cost: 6, now: now)

        #expect(due.attempt.id == claim.attempt && due.attempt.job == job.id && due.lease == claim.lease)
        #expect(due.attempt.state == .responded && due.attempt.response == ["files": []])
        #expect(due.attempt.provider == "sandbox" && due.attempt.endpoint == job.endpoint && due.attempt.cost == 6)
        #expect(due.attempt.requestID == "r1" && due.attempt.submittedAt == now && due.attempt.respondedAt == now)
    }

    @Test(arguments: [(nil, "new"), ("known", "known")] as [(String?, String)])
    func `a result keeps the request that the submission recorded`(known: String?, requestID: String) throws {
        let now = Instant(seconds: 5)
        let attempt = Attempt.sample(.submitted, of: try Job.sample(.processing), requestID: known)

        let responded = attempt.responded(["files": []], requestID: "new", now: now)

        #expect(responded.state == .responded && responded.requestID == requestID && responded.respondedAt == now)
        #expect(responded.response == ["files": []] && responded.id == attempt.id)
    }
}

extension Transaction {
    /// Stores a state of a claim's attempt. One that has ended is due no more.
    fileprivate func put(_ claim: Claim, into state: Attempt.State, now: Instant) throws {
        let isAlive = [Attempt.State.submitting, .submitted, .noResponse, .responded].contains(state)
        try execute(
            "UPDATE attempts SET state = $2, due_at = $3, ended_at = $4 WHERE id = $1", claim.attempt, state,
            isAlive ? now : nil, isAlive ? nil : now)
    }
}

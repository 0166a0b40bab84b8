@testable import Core
import SQL
import TestSupport

// Values of jobs for rules that need no database, and the few statements that several suites need.

extension Actor {
    static func of(
        _ account: String, user: String? = nil, key: String? = nil, platformRole: PlatformRole = .user
    ) -> Actor {
        Actor(
            account: ID(rawValue: account), user: user.map { ID(rawValue: $0) }, key: key.map { ID(rawValue: $0) },
            role: .member, platformRole: platformRole)
    }
}

extension Price {
    /// Of equal outputs, each at `each`.
    static func sample(_ each: Credits = .whole(6), count: Int = 1) throws -> Price {
        try Price(
            version: 1, subject: .image(longerSide: 1024, quality: "standard"), base: each, factors: [], count: count)
    }
}

extension Endpoint {
    static func sample(
        _ name: String = "endpoint", costing cost: MicroDollars = 0, per unit: CostUnit = .image
    ) -> Endpoint {
        Endpoint(
            id: EndpointID(rawValue: name), kind: .textToImage, provider: "fake", title: "", complexity: .one,
            request: .object([:]), costUnit: unit, cost: cost)
    }
}

extension Job {
    static func sample(
        _ state: JobState = .queued, endpoint: String = "endpoint", parameters: [String: JSON] = [:], outputs: Int = 1,
        price: Price? = nil
    ) throws -> Job {
        let now = Instant(seconds: 1)
        return try Job(
            id: .make(at: now), account: ID(rawValue: "ada"), createdBy: nil, kind: .textToImage,
            endpoint: EndpointID(rawValue: endpoint), provider: "fake", state: state, parameters: parameters,
            outputsAsked: outputs, outputsDelivered: nil, price: price ?? Price.sample(count: outputs), retryOf: nil,
            attemptCount: 0, orderAt: now, runAt: now, slotAt: nil, deadlineAt: nil, holdReason: nil,
            cancelRequestedAt: nil, failure: nil, createdAt: now, startedAt: nil, endedAt: nil)
    }
}

extension Attempt {
    static func sample(
        _ state: Attempt.State = .submitted, of job: Job, requestID: String? = nil, progress: Int? = nil,
        createdAt: Instant = Instant(seconds: 1)
    ) -> Attempt {
        Attempt(
            id: .make(at: createdAt), job: job.id, number: 1, provider: "fake", endpoint: job.endpoint, state: state,
            requestID: requestID, pollCount: 0, storeTries: 0, progress: progress, queuePosition: nil, logs: nil,
            response: nil, failure: nil, cost: 0, createdAt: createdAt, submittedAt: nil, cancelSentAt: nil,
            respondedAt: nil, endedAt: nil)
    }
}

extension TestWorld {
    /// Claims what is first in the queue, as a worker does before it sends anything.
    func claim(_ limit: Int = 1) async throws -> [Claim] {
        let now = clock.now
        return try await database.write(order: .alone) {
            try $0.jobs.claimJobs(limit, served: "fal", by: "fake", now: now, leaseUntil: now + .seconds(30)).claims
        }
    }

    /// As many jobs as that, one after another in the queue.
    func submit(_ count: Int, for actor: Actor) async throws -> [Job] {
        var jobs: [Job] = []
        for _ in 0..<count { jobs.append(try await submit(for: actor)) }
        return jobs
    }

    /// What a job's events say, the last of each type.
    func eventData(of job: ID<Job>, _ actor: Actor) async throws -> [JobEvent.EventType: JSON] {
        let events = try await database.read { try $0.jobs.events(of: job, account: actor.account) }
        return Dictionary(events.map { ($0.type, $0.data) }, uniquingKeysWith: { $1 })
    }

    /// When somebody must act on the job's attempt that is alive.
    func dueAt(_ job: ID<Job>) async throws -> Instant? {
        try await database.read {
            try $0.queryOne("SELECT due_at FROM attempts WHERE job_id = $1 AND ended_at IS NULL", job)?.get("due_at")
        }
    }
}

extension Transaction {
    /// Stores a state of a job, without all that a move to it does besides.
    func put(_ job: ID<Job>, into state: JobState, now: Instant) throws -> Job {
        try execute(
            """
            UPDATE jobs SET state = $2, slot_at = $3, deadline_at = $4, hold_reason = $5, failure_code = $6,
                ended_at = $7
            WHERE id = $1
            """,
            job, state, state == .processing ? now : nil, state == .processing ? now + .seconds(3600) : nil,
            state == .pending ? "account_held" : nil, state == .failed ? "lost" : nil, state.isTerminal ? now : nil)
        guard let job = try jobs.job(job) else { throw Unexpected("no job \(job)") }
        return job
    }
}

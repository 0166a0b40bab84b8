@testable import Core
import SQL
import Testing
import TestSupport

/// Requests that are decided together, without a database.
struct SubmissionBatchTests {
    private let now = Instant(seconds: 100_000)
    private let ada = Actor.of("ada")
    private let bob = Actor.of("bob")

    @Test func `two requests of one account see each other`() throws {
        var batch = batch([ada: .sample(concurrentJobs: 1, credits: 13)])

        let first = try batch.decide(submission(by: ada, prices: [6])).jobs
        let second = try batch.decide(submission(by: ada, prices: [6])).jobs

        #expect((first + second).map(\.slotAt) == [now, nil])
        #expect(first[0].orderAt < second[0].orderAt)
        #expect(batch.newJobs.map(\.taken.place.accountSeq) == [1, 2])
        #expect(batch.newJobs.map(\.taken.balance.available) == [.whole(7), .whole(1)])
        #expect(throws: LedgerError.insufficientCredits(required: .whole(6), available: .whole(1))) {
            try batch.decide(submission(by: ada, prices: [6]))
        }
        #expect(batch.newJobs.count == 2)
    }

    @Test func `one that is refused takes nothing from the next ones`() throws {
        var batch = batch([ada: .sample(concurrentJobs: 2, credits: 12), bob: .sample(credits: 6)])

        #expect(throws: LedgerError.self) { try batch.decide(submission(by: ada, prices: [6, 6, 6])) }
        let after = try batch.decide(submission(by: ada, prices: [6, 6])).jobs
        let other = try batch.decide(submission(by: bob, prices: [6])).jobs

        #expect((after + other).map(\.slotAt) == [now, now, now])
        #expect(batch.newJobs.map(\.taken.place.accountSeq) == [1, 2, 1])
        #expect(batch.newJobs.map(\.job.account) == [ada.account, ada.account, bob.account])
    }

    @Test func `credits come out of the lots in their order, across requests`() throws {
        let lots = [(1, 4), (2, 5), (3, 9)].map { number, credits in
            Lot(id: ID(rawValue: "lot \(number)"), source: .bonus, remaining: .whole(credits), expiresAt: nil)
        }
        var snapshot = AccountSnapshot.sample(concurrentJobs: 9, credits: 18)
        snapshot.credits.lots = lots
        var batch = batch([ada: snapshot])

        for _ in 0..<3 { _ = try batch.decide(submission(by: ada, prices: [6])) }

        let parts = batch.newJobs.map { $0.taken.parts.map { "\($0.lot) \($0.amount)" } }
        #expect(parts == [["lot 1 4.00", "lot 2 2.00"], ["lot 2 3.00", "lot 3 3.00"], ["lot 3 6.00"]])
    }

    @Test func `lots that hold less than the balance says are a fault of one account alone`() throws {
        var broken = AccountSnapshot.sample(credits: 10)
        broken.credits.lots = []
        var batch = batch([ada: broken, bob: .sample(credits: 10)])

        let error = #expect(throws: DatabaseError.self) { try batch.decide(submission(by: ada, prices: [6])) }

        #expect(error?.kind == .check)
        #expect(try batch.decide(submission(by: bob, prices: [6])).jobs.count == 1)
    }

    @Test func `the hundredth that waits is admitted, and no other`() throws {
        var full = AccountSnapshot.sample(concurrentJobs: 2, credits: 100)
        full.slotsUsed = 1
        full.waiting = 99
        var batch = batch([ada: full])

        #expect(try batch.decide(submission(by: ada, prices: [6, 6])).jobs.map(\.slotAt) == [now, nil])
        #expect(throws: SubmitError.queueFull(limit: 100)) { try batch.decide(submission(by: ada, prices: [6])) }
    }

    @Test func `a plan's jobs per hour count those decided a moment ago`() throws {
        var limited = AccountSnapshot.sample(concurrentJobs: 9, jobsPerHour: 3, credits: 100)
        limited.recent = [now - .seconds(600)]
        var batch = batch([ada: limited])

        _ = try batch.decide(submission(by: ada, prices: [6]))
        _ = try batch.decide(submission(by: ada, prices: [6]))

        #expect(throws: SubmitError.rateLimited(limit: 3, retryAfter: .seconds(3_000))) {
            try batch.decide(submission(by: ada, prices: [6]))
        }
    }

    @Test
    func `of two with one key the second gets the response of the first, and with another body is refused`() throws {
        var batch = batch([ada: .sample(concurrentJobs: 9, credits: 100), bob: .sample(credits: 100)])
        let key = Idempotency(route: "generate", key: "one", bodyHash: "a")
        let other = Idempotency(route: "generate", key: "one", bodyHash: "b")

        let jobs = try batch.decide(submission(by: ada, prices: [6], key)).jobs
        let again = try batch.decide(submission(by: ada, prices: [6], key))

        guard case .repeated(let response) = again else { throw Unexpected("a second job") }
        #expect(response.body == jobs.first?.id.rawValue)
        #expect(throws: IdempotencyError.keyReused) { try batch.decide(submission(by: ada, prices: [6], other)) }
        #expect(try batch.decide(submission(by: bob, prices: [6], other)).jobs.count == 1)
        #expect(batch.newJobs.count == 2)
        #expect(batch.newResponses.count == 2)
    }

    @Test func `an account that does not exist, or is disabled, is refused`() {
        var batch = batch([bob: .sample(isDisabled: true, credits: 100)])

        #expect(throws: SubmitError.accountDisabled) { try batch.decide(submission(by: ada, prices: [6])) }
        #expect(throws: SubmitError.accountDisabled) { try batch.decide(submission(by: bob, prices: [6])) }
    }

    @Test func `an input picture must be the account's own`() throws {
        let picture = ID<Asset>(rawValue: "picture")
        var batch = SubmissionBatch(
            snapshots: [ada, bob].reduce(into: [:]) { $0[$1.account] = AccountSnapshot.sample(credits: 100) },
            inputs: [picture: ada.account])

        #expect(try batch.decide(submission(by: ada, prices: [6], input: picture)).jobs.count == 1)
        #expect(throws: SubmitError.self) { try batch.decide(submission(by: bob, prices: [6], input: picture)) }
    }

    @Test func `an input picture must not be in the trash, which its owner alone learns`() throws {
        let picture = ID<Asset>(rawValue: "picture")
        var batch = SubmissionBatch(
            snapshots: [ada, bob].reduce(into: [:]) { $0[$1.account] = AccountSnapshot.sample(credits: 100) },
            inputs: [picture: ada.account], trashed: [picture])

        #expect(throws: SubmitError.pictureInTrash("inputAssetId")) {
            try batch.decide(submission(by: ada, prices: [6], input: picture))
        }
        #expect(throws: SubmitError.noPicture("inputAssetId")) {
            try batch.decide(submission(by: bob, prices: [6], input: picture))
        }
        #expect(batch.newJobs.isEmpty)
    }

    @Test func `of pictures that are missing the first by its name is named, and nothing is admitted`() throws {
        let picture = ID<Asset>(rawValue: "picture")
        let gone = ID<Asset>(rawValue: "gone")
        var batch = SubmissionBatch(snapshots: [ada.account: .sample()], inputs: [picture: ada.account])

        for inputs in [["maskAssetId": gone, "inputAssetId": gone], ["maskAssetId": picture, "inputAssetId": gone]] {
            let requests = try [PricedRequest.costing(.whole(6)), .costing(.whole(6), inputs: inputs)]
            let error = #expect(throws: SubmitError.self) { try batch.decide(submission(by: ada, requests)) }
            guard case .parameter(let wrong) = error else { throw Unexpected("another refusal: \(error as Any)") }
            #expect(wrong.field == "inputAssetId" && wrong.code == .invalid)
        }
        #expect(batch.newJobs.isEmpty)
    }

    /// How long ago the response was stored, in milliseconds, and for which body.
    @Test(arguments: [
        (0, "a", "repeated"), (86_399_999, "a", "repeated"), (86_400_000, "a", "a new job"),
        (0, "b", "refused"), (86_399_999, "b", "refused"), (86_400_000, "b", "a new job"),
    ] as [(Int64, String, String)])
    func `a stored response counts for a day`(age: Int64, body: String, outcome: String) throws {
        let key = Idempotency(route: "generate", key: "one", bodyHash: "a")
        var batch = try batch(
            [ada: .sample()], holding: StoredResponse(status: 202, body: "first"), of: key, for: body,
            at: now - .milliseconds(age))

        let decided = Result { try batch.decide(submission(by: ada, prices: [6], key)) }

        switch decided {
        case .success(.repeated(let response)): #expect(outcome == "repeated" && response.body == "first")
        case .success(.submitted(let jobs)): #expect(outcome == "a new job" && jobs.count == 1)
        case .failure(let error): #expect(outcome == "refused" && error is IdempotencyError)
        }
        // What is stored from now on is the new one.
        #expect(batch.newResponses.values.map(\.bodyHash) == (outcome == "a new job" ? ["a"] : []))
        #expect(batch.newJobs.count == (outcome == "a new job" ? 1 : 0))
    }

    @Test func `a repeated request gets its response, whatever has become of its account and its picture`() throws {
        let key = Idempotency(route: "generate", key: "one", bodyHash: "a")
        var full = AccountSnapshot.sample()
        full.waiting = 1_000

        for snapshot in [AccountSnapshot.sample(isDisabled: true), .sample(isHeld: true), .sample(credits: 0), full] {
            var batch = try batch(
                [ada: snapshot], holding: StoredResponse(status: 202, body: "first"), of: key, for: "a", at: now)
            let request = try PricedRequest.costing(.whole(6), inputs: ["inputAssetId": ID(rawValue: "gone")])

            guard case .repeated(let response) = try batch.decide(submission(by: ada, [request], key)) else {
                throw Unexpected("a job")
            }
            #expect(response == StoredResponse(status: 202, body: "first"))
            #expect(batch.newJobs.isEmpty && batch.snapshots[ada.account] == snapshot)
        }
    }

    @Test func `a key belongs to its route, and a refusal leaves it free`() throws {
        var batch = batch([ada: .sample(concurrentJobs: 9, credits: 13)])
        let key = Idempotency(route: "generate", key: "one", bodyHash: "a")
        let elsewhere = Idempotency(route: "retry", key: "one", bodyHash: "b")

        #expect(throws: LedgerError.self) { try batch.decide(submission(by: ada, prices: [6, 6, 6], key)) }
        #expect(batch.newResponses.isEmpty)
        let two = try batch.decide(submission(by: ada, prices: [6, 6], key)).jobs
        let none = try batch.decide(submission(by: ada, prices: [0])).jobs
        let other = try batch.decide(submission(by: ada, prices: [0], elsewhere)).jobs

        #expect(two.count == 2 && none.count == 1 && other.count == 1)
        // One response for all jobs of a list.
        #expect(batch.newResponses == [
            Idempotency.Key(account: ada.account, route: "generate", key: "one"): Idempotency.Record(
                response: StoredResponse(status: 202, body: two.map(\.id.rawValue).joined()), bodyHash: "a", at: now),
            Idempotency.Key(account: ada.account, route: "retry", key: "one"): Idempotency.Record(
                response: StoredResponse(status: 202, body: other[0].id.rawValue), bodyHash: "b", at: now),
        ])
    }

    @Test func `of requests of one account those within its spend limit are admitted, and count in it`() throws {
        let limit = SpendLimit(scope: .account, period: .day, amount: .whole(13))
        var snapshot = AccountSnapshot.sample(concurrentJobs: 9)
        snapshot.allowances.add(limit)
        var batch = batch([ada: snapshot])

        let first = try batch.decide(submission(by: ada, prices: [6])).jobs
        let refusal = #expect(throws: SpendLimitReached.self) {
            try batch.decide(submission(by: ada, prices: [4, 4]))
        }
        let last = try batch.decide(submission(by: ada, prices: [7])).jobs

        #expect(refusal?.left == .whole(7) && refusal?.required == .whole(8))
        #expect(batch.newJobs.map(\.job.id) == (first + last).map(\.id))
        #expect(batch.newJobs.map(\.reservation.counts) == [
            [SpendCount(.account, .day, at: now)], [SpendCount(.account, .day, at: now)],
        ])
        #expect(batch.snapshots[ada.account]?.allowances.spent == [limit: [now.startOfDay: .whole(13)]])
    }

    @Test func `a job is what was requested, by whom, at which price`() throws {
        let actor = Actor.of("ada", user: "grace", key: "program")
        let retried = ID<Job>(rawValue: "first")
        var batch = batch([actor: .sample(concurrentJobs: 1)])
        let requests = try [
            PricedRequest.costing(.whole(6), parameters: ["prompt": "a red dress"], count: 2, retryOf: retried),
            .costing(.zero),
        ]

        let jobs = try batch.decide(submission(by: actor, requests)).jobs

        let (job, free) = (jobs[0], jobs[1])
        #expect(job.account == actor.account && job.createdBy == actor.user && job.retryOf == retried)
        #expect(job.kind == .textToImage && job.endpoint.rawValue == "endpoint" && job.provider == "fake")
        #expect(job.parameters == ["prompt": "a red dress"] && job.outputsAsked == 2 && job.price.total == .whole(12))
        #expect(job.createdAt == now && job.runAt == now && job.slotAt == now && job.state == .queued)
        #expect(free.slotAt == nil && free.state == .queued && free.retryOf == nil)
        let reservations = batch.newJobs.map(\.reservation)
        #expect(reservations.map(\.key) == ["reserve:\(job.id)", "reserve:\(free.id)"])
        #expect(reservations.map(\.amount) == [.whole(12), .zero] && reservations.map(\.parts.count) == [1, 0])
        #expect(reservations.allSatisfy { $0.actor == actor.user && $0.account == actor.account && $0.at == now })
        #expect(reservations.map(\.balance) == [.of(8_800, 1_200), .of(8_800, 1_200)])
    }

    @Test func `an account on hold gets jobs that wait, with their credits set aside`() throws {
        var batch = batch([ada: .sample(isHeld: true, concurrentJobs: 9)])

        let jobs = try batch.decide(submission(by: ada, prices: [6, 6])).jobs

        #expect(jobs.map(\.state) == [.pending, .pending] && jobs.map(\.holdReason) == ["account_held", "account_held"])
        #expect(jobs.allSatisfy { $0.slotAt == nil })
        #expect(batch.newJobs.map(\.reservation.amount) == [.whole(6), .whole(6)])
    }

    @Test func `a list of jobs at the highest price that there is has a sum`() throws {
        let highest = Credits(hundredths: Price.most - 1)
        let request = try PricedRequest.costing(highest)
        var batch = batch([ada: .sample(concurrentJobs: 20)])

        let refusal = #expect(throws: LedgerError.self) {
            try batch.decide(submission(by: ada, Array(repeating: request, count: 20)))
        }

        let sum = Credits(hundredths: 20 * highest.hundredths)
        #expect(refusal == .insufficientCredits(required: sum, available: .whole(100)))
        #expect(throws: PricingError.outOfRange) { try Price.sample(Credits(hundredths: Price.most)) }
    }

    private func batch(_ snapshots: [Actor: AccountSnapshot]) -> SubmissionBatch {
        SubmissionBatch(snapshots: Dictionary(uniqueKeysWithValues: snapshots.map { ($0.account, $1) }))
    }

    /// With a response that is stored already.
    private func batch(
        _ snapshots: [Actor: AccountSnapshot], holding response: StoredResponse, of key: Idempotency, for body: String,
        at instant: Instant
    ) throws -> SubmissionBatch {
        SubmissionBatch(
            snapshots: Dictionary(uniqueKeysWithValues: snapshots.map { ($0.account, $1) }),
            stored: [
                Idempotency.Key(account: ada.account, route: key.route, key: key.key): Idempotency.Record(
                    response: response, bodyHash: body, at: instant),
            ])
    }

    private func submission(
        by actor: Actor, prices: [Int64], _ idempotency: Idempotency? = nil, input: ID<Asset>? = nil
    ) throws -> PricedSubmission {
        let inputs = input.map { ["inputAssetId": $0] } ?? [:]
        let requests = try prices.map { try PricedRequest.costing(.whole($0), inputs: inputs) }
        return submission(by: actor, requests, idempotency)
    }

    private func submission(
        by actor: Actor, _ requests: [PricedRequest], _ idempotency: Idempotency? = nil
    ) -> PricedSubmission {
        PricedSubmission(
            requests: requests, actor: actor, idempotency: idempotency,
            response: { StoredResponse(status: 202, body: $0.map(\.id.rawValue).joined()) }, now: now)
    }
}

extension SubmitJob.Outcome {
    fileprivate var jobs: [Job] {
        if case .submitted(let jobs) = self { jobs } else { [] }
    }
}

extension PricedRequest {
    fileprivate static func costing(
        _ each: Credits, parameters: [String: JSON] = [:], inputs: [String: ID<Asset>] = [:], count: Int = 1,
        retryOf: ID<Job>? = nil
    ) throws -> PricedRequest {
        let kind = try Kind(
            name: .textToImage, version: 1, title: "", parameters: JSON.array([]).decode(), formula: .image,
            defaultEndpoint: EndpointID(rawValue: "endpoint"), timeLimit: .seconds(60), isRepeatable: true)
        return PricedRequest(
            kind: kind, endpoint: .sample(), parameters: parameters, inputs: inputs, addresses: [:],
            outputs: count, price: try .sample(each, count: count), retryOf: retryOf)
    }
}

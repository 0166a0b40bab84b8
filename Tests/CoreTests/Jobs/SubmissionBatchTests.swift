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
        var batch = batch([ada: snapshot(concurrentJobs: 1, credits: 13)])

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
        var batch = batch([ada: snapshot(concurrentJobs: 2, credits: 12), bob: snapshot(credits: 6)])

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
        var snapshot = snapshot(concurrentJobs: 9, credits: 18)
        snapshot.credits.lots = lots
        var batch = batch([ada: snapshot])

        for _ in 0..<3 { _ = try batch.decide(submission(by: ada, prices: [6])) }

        let parts = batch.newJobs.map { $0.taken.parts.map { "\($0.lot) \($0.amount)" } }
        #expect(parts == [["lot 1 4.00", "lot 2 2.00"], ["lot 2 3.00", "lot 3 3.00"], ["lot 3 6.00"]])
    }

    @Test func `lots that hold less than the balance says are a fault of one account alone`() throws {
        var broken = snapshot(credits: 10)
        broken.credits.lots = []
        var batch = batch([ada: broken, bob: snapshot(credits: 10)])

        let error = #expect(throws: DatabaseError.self) { try batch.decide(submission(by: ada, prices: [6])) }

        #expect(error?.kind == .check)
        #expect(try batch.decide(submission(by: bob, prices: [6])).jobs.count == 1)
    }

    @Test func `the hundredth that waits is admitted, and no other`() throws {
        var full = snapshot(concurrentJobs: 2, credits: 100)
        full.slotsUsed = 1
        full.waiting = 99
        var batch = batch([ada: full])

        #expect(try batch.decide(submission(by: ada, prices: [6, 6])).jobs.map(\.slotAt) == [now, nil])
        #expect(throws: SubmitError.queueFull(limit: 100)) { try batch.decide(submission(by: ada, prices: [6])) }
    }

    @Test func `a plan's jobs per hour count those decided a moment ago`() throws {
        var limited = snapshot(concurrentJobs: 9, jobsPerHour: 3, credits: 100)
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
        var batch = batch([ada: snapshot(concurrentJobs: 9, credits: 100), bob: snapshot(credits: 100)])
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
        var batch = batch([bob: snapshot(isDisabled: true, credits: 100)])

        #expect(throws: SubmitError.accountDisabled) { try batch.decide(submission(by: ada, prices: [6])) }
        #expect(throws: SubmitError.accountDisabled) { try batch.decide(submission(by: bob, prices: [6])) }
    }

    @Test func `an input picture must be the account's own`() throws {
        let picture = ID<Asset>(rawValue: "picture")
        var batch = SubmissionBatch(
            snapshots: [ada, bob].reduce(into: [:]) { $0[$1.account] = snapshot(credits: 100) },
            inputs: [picture: ada.account])

        #expect(try batch.decide(submission(by: ada, prices: [6], input: picture)).jobs.count == 1)
        #expect(throws: SubmitError.self) { try batch.decide(submission(by: bob, prices: [6], input: picture)) }
    }

    private func batch(_ snapshots: [Actor: AccountSnapshot]) -> SubmissionBatch {
        SubmissionBatch(snapshots: Dictionary(uniqueKeysWithValues: snapshots.map { ($0.account, $1) }))
    }

    private func snapshot(
        isDisabled: Bool = false, concurrentJobs: Int = 1, jobsPerHour: Int? = nil, credits: Int64
    ) -> AccountSnapshot {
        AccountSnapshot(
            eventSeq: 0, lastOrderAt: Instant(seconds: 0), slotsUsed: 0, isHeld: false, isDisabled: isDisabled,
            concurrentJobs: concurrentJobs, jobsPerHour: jobsPerHour, weight: 1, headStart: .zero,
            credits: AccountCredits(
                balance: Balance(available: .whole(credits), reserved: .zero),
                lots: [Lot(id: ID(rawValue: "lot"), source: .bonus, remaining: .whole(credits), expiresAt: nil)]))
    }

    private func submission(
        by actor: Actor, prices: [Int64], _ idempotency: Idempotency? = nil, input: ID<Asset>? = nil
    ) throws -> PricedSubmission {
        try PricedSubmission(
            requests: prices.map { try PricedRequest.costing($0, input: input) }, actor: actor,
            idempotency: idempotency,
            response: { StoredResponse(status: 202, body: $0.map(\.id.rawValue).joined()) }, now: now)
    }
}

extension SubmitJob.Outcome {
    fileprivate var jobs: [Job] {
        if case .submitted(let jobs) = self { jobs } else { [] }
    }
}

extension Actor {
    fileprivate static func of(_ name: String) -> Actor {
        Actor(account: ID(rawValue: name), user: nil, key: nil, role: .member, platformRole: .user)
    }
}

extension PricedRequest {
    fileprivate static func costing(_ credits: Int64, input: ID<Asset>?) throws -> PricedRequest {
        let kind = try Kind(
            name: .textToImage, version: 1, title: "", parameters: JSON.array([]).decode(), formula: .image,
            defaultEndpoint: EndpointID(rawValue: "endpoint"), timeLimit: .seconds(60), isRepeatable: true)
        let endpoint = Endpoint(
            id: kind.defaultEndpoint, kind: kind.name, provider: "fake", title: "", complexity: .one,
            request: .object([:]),
            costUnit: .image, cost: 0)
        return try PricedRequest(
            kind: kind, endpoint: endpoint, parameters: [:], inputs: input.map { ["inputAssetId": $0] } ?? [:],
            outputs: 1,
            price: Price(
                version: 1, subject: .image(longerSide: 1024, quality: "standard"), base: .whole(credits), factors: [],
                count: 1),
            retryOf: nil)
    }
}

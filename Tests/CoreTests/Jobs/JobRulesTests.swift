@testable import Core
import SQL
import Testing

/// Rules of jobs that are functions of values.
struct JobRulesTests {
    private static let failures: [JobFailure] = [
        .lost, .timedOut, .flagged, .nothingDelivered, .downloadFailed("secret detail"), .inputMissing, .storageFailed,
    ] + [
        ProviderFailure.Code.contentPolicy, .invalidInput, .rateLimited, .unavailable, .failed, .misconfigured,
        .cancelled,
    ].map { .provider(ProviderFailure($0, "secret detail", isTransient: false)) }

    @Test func `each failure has a code of its own, which clients know`() {
        #expect(Set(Self.failures.map(\.code)) == [
            "content_policy", "content_flagged", "invalid_input", "input_missing", "provider_busy",
            "provider_unavailable", "provider_error", "provider_lost", "provider_cancelled", "provider_misconfigured",
            "nothing_delivered", "download_failed", "storage_failed", "timed_out",
        ])
        #expect(Set(Self.failures.map(\.code)).count == Self.failures.count)
    }

    @Test(arguments: failures)
    func `a failure says that nobody pays, and the provider's own message only about an input`(failure: JobFailure) {
        #expect(failure.message.hasSuffix(". No credits were charged."))
        #expect(failure.message.contains("secret detail") == (failure.code == "invalid_input"))
        // The operator sees the cause, where there is one beside the sentence.
        switch failure {
        case .provider, .downloadFailed: #expect(failure.reason == "secret detail")
        default: #expect(failure.message.hasPrefix(failure.reason))
        }
    }

    @Test(arguments: failures)
    func `the cause of a retry is a sentence that does not say that it is over`(failure: JobFailure) {
        #expect(failure.cause.hasSuffix(".") && !failure.cause.contains("several attempts"))
        #expect(!failure.cause.contains("credits") && failure.cause.contains("secret detail")
            == (failure.code == "invalid_input"))
    }

    @Test func `a failure that was tried once does not speak of several attempts`() {
        let (final, transient) = (
            JobFailure.provider(ProviderFailure(.failed, "HTTP 204", isTransient: false)),
            JobFailure.provider(ProviderFailure(.failed, "HTTP 500", isTransient: true))
        )
        #expect(!final.message.contains("several attempts") && transient.message.contains("several attempts"))
    }

    @Test(arguments: [
        .provider(ProviderFailure(.invalidInput, "image_url: bad \u{0}\u{1B}[0m", isTransient: false)),
        .downloadFailed("bad \u{0}\u{1B}[0m"),
    ] as [JobFailure])
    func `a failure's own text can be stored, and its end is there`(failure: JobFailure) {
        for text in [failure.reason, failure.message] { #expect(!text.containsNUL && !text.contains("\u{1B}")) }
        #expect(failure.reason.hasSuffix("bad \u{FFFD}\u{FFFD}[0m"))
        #expect(failure.message.hasSuffix("No credits were charged."))
    }

    @Test(arguments: [
        ("Too small", "Too small."), ("Too small.", "Too small."), ("Too small..\n", "Too small."),
        ("Too small. Use a larger one.", "Too small. Use a larger one."), ("What?", "What?"), ("No!", "No!"),
    ])
    func `a provider's message about the input ends once`(message: String, end: String) {
        let failure = JobFailure.provider(ProviderFailure(.invalidInput, message, isTransient: false))

        #expect(failure.message == "The provider rejected the input: \(end) No credits were charged.")
    }

    @Test func `a job is requested again as it was requested, without what was computed from it`() throws {
        let job = try Job.sample(
            .failed, endpoint: "fal-ai/flux/dev", parameters: [
                "prompt": "a red dress", "resolution": "1024x768", "width": 1024, "height": 768, "seed": 7,
            ])

        #expect(JobRequest(again: job) == JobRequest(
            kind: .textToImage, endpoint: EndpointID(rawValue: "fal-ai/flux/dev"),
            parameters: ["prompt": "a red dress", "resolution": "1024x768", "seed": 7], retryOf: job.id))
    }

    /// What an endpoint charges 1,000 micro-dollars for, the job's size and length, and what two of it cost.
    @Test(arguments: [
        (.image, [:], 2_000), (.request, [:], 1_000),
        (.megapixel, ["width": 1_000, "height": 1_000], 2_000), (.megapixel, ["width": 1_000, "height": 1_001], 4_000),
        // A megapixel is the least, and what a picture without a size is taken for is a little more than one.
        (.megapixel, ["width": 256, "height": 256], 2_000), (.megapixel, [:], 4_000),
        (.second, ["seconds": 5], 10_000), (.second, [:], 2_000),
    ] as [(Endpoint.CostUnit, [String: JSON], MicroDollars)])
    func `what a job costs us is its outputs by the endpoint's unit`(
        unit: Endpoint.CostUnit, parameters: [String: JSON], cost: MicroDollars
    ) throws {
        let job = try Job.sample(parameters: parameters, outputs: 2)

        #expect(Endpoint.sample(costing: 1_000, per: unit).expectedCost(of: job) == cost)
    }

    /// A budget of 10, of which so much is expected; what jobs cost, and which of them fit.
    @Test(arguments: [
        (0, [4, 4, 4], [true, true, false]), (0, [4, 6], [true, true]), (0, [11, 10], [false, true]),
        (0, [6, 5, 4], [true, false, true]), (7, [4, 3], [false, true]), (10, [1, 0], [false, true]),
        // The limit was lowered below what is expected already.
        (15, [1, 0], [false, true]),
    ] as [(MicroDollars, [Int64], [Bool])])
    func `jobs fit into the daily provider budget in their order, and what costs nothing always does`(
        expected: MicroDollars, costs: [Int64], fits: [Bool]
    ) throws {
        let endpoints = costs.map { Endpoint.sample("at \($0)", costing: MicroDollars(rawValue: $0)) }
        let budget = BudgetSnapshot(
            limit: 10, endpoints: Dictionary(endpoints.map { ($0.id, $0) }, uniquingKeysWith: { $1 }))
        let jobs = try costs.map { try Job.sample(endpoint: "at \($0)") }

        let fitting = Set(budget.fitting(jobs, expected: expected).map(\.id))

        #expect(jobs.map { fitting.contains($0.id) } == fits)
    }

    @Test func `a job of an endpoint that the catalog no longer has counts nothing`() throws {
        let budget = BudgetSnapshot(limit: 0, endpoints: [:])

        #expect(budget.cost(of: try Job.sample()) == .zero)
        #expect(try budget.fitting([Job.sample()], expected: 0).count == 1)
    }

    @Test(arguments: [(nil, 10, false), (10, 10, true), (10, 9, true), (10, 11, false)] as [(Int64?, Int64, Bool)])
    func `a budget stays reached until it is raised`(reachedAt: Int64?, limit: Int64, isReached: Bool) {
        let reached = reachedAt.map { MicroDollars(rawValue: $0) }
        let costs = ProviderCosts(
            expected: 10, reachedAt: reached.map { _ in Instant(seconds: 1) }, reachedLimit: reached)

        #expect(costs.isReached(at: MicroDollars(rawValue: limit)) == isReached)
    }

    /// An address with and without a slash at its end.
    @Test(arguments: ["https://a.example", "https://a.example/", "https://a.example/darkroom/"])
    func `a webhook's address is under the public address, and its token is of this installation`(url: String) throws {
        let addresses = WebhookAddresses(secret: Array(repeating: 1, count: 32), publicURL: url)
        let attempt = ID<Attempt>.make(at: Instant(seconds: 1))
        let address = addresses.url(of: attempt, at: "fal")
        let token = try #require(address.split(separator: "/").last.map { String($0) })

        #expect(address.hasPrefix((url.hasSuffix("/") ? String(url.dropLast()) : url) + "/api/webhooks/fal/"))
        #expect(addresses.attempt(of: token, at: "fal") == attempt)
        // One spelling alone is accepted, although ids are read in upper case too.
        #expect(addresses.attempt(of: token.uppercased(), at: "fal") == nil)
        let stranger = WebhookAddresses(secret: Array(repeating: 2, count: 32), publicURL: url)
        #expect(stranger.attempt(of: token, at: "fal") == nil)
    }
}

/// How far a job is, and how long it will take.
struct JobProgressTests {
    private let started = Instant(seconds: 1_000)

    /// The job's state, the provider's report, how long such jobs take in seconds, how many have passed; and what is
    /// shown, with a tilde where it is an estimate.
    @Test(arguments: [
        (.queued, nil, 20, 5, nil), (.pending, nil, 20, 5, nil), (.failed, nil, 20, 5, nil),
        (.cancelled, 50, 20, 5, nil), (.completed, nil, nil, 0, "100"), (.completed, 40, 20, 5, "100"),
        (.processing, nil, 20, 0, "~0"), (.processing, nil, 20, 5, "~25"), (.processing, nil, 20, 19, "~95"),
        // Longer than usual: slower, and after twice the time there is nothing to estimate by.
        (.processing, nil, 20, 20, "~95"), (.processing, nil, 20, 30, "~97"), (.processing, nil, 20, 39, "~99"),
        (.processing, nil, 20, 40, nil), (.processing, nil, 20, 1_000, nil),
        (.processing, nil, nil, 5, "~0"), (.processing, nil, 0, 5, "~0"),
        // The clock of the node that reads is behind that of the worker.
        (.processing, nil, 20, -5, "~0"),
        (.processing, 40, 20, 19, "40"), (.processing, 0, 20, 19, "0"), (.processing, 100, nil, 0, "100"),
    ] as [(JobState, Int?, Int64?, Int64, String?)])
    func `progress is the provider's, else an estimate that never says that it is done`(
        state: JobState, reported: Int?, usual: Int64?, passed: Int64, shown: String?
    ) throws {
        let details = try details(state, reported: reported, usual: usual)

        let progress = details.progress(now: started + .seconds(passed))

        #expect(progress.map { ($0.isEstimate ? "~" : "") + String($0.percent) } == shown)
    }

    @Test(arguments: [
        (.queued, 20, 5, 20), (.pending, 20, 5, 20), (.processing, 20, 5, 15), (.processing, 20, 20, nil),
        (.processing, 20, 25, nil),
        (.processing, nil, 5, nil), (.queued, nil, 5, nil), (.completed, 20, 5, nil), (.failed, 20, 5, nil),
        (.cancelled, 20, 5, nil),
    ] as [(JobState, Int64?, Int64, Int64?)])
    func `what is left is counted from the attempt, while there is something left`(
        state: JobState, usual: Int64?, passed: Int64, left: Int64?
    ) throws {
        let details = try details(state, reported: nil, usual: usual)

        #expect(details.remaining(now: started + .seconds(passed)) == left.map { .seconds($0) })
    }

    @Test func `a job that processes without an attempt to see has no progress, and all of the time to go`() throws {
        var details = JobDetails(
            job: try Job.sample(.processing), attempts: [], outputs: [], receipt: nil, transactions: [])
        details.usualDuration = .seconds(20)

        #expect(details.progress(now: started) == nil)
        #expect(details.remaining(now: started) == .seconds(20))
    }

    @Test func `a retried job counts from its latest attempt`() throws {
        let job = try Job.sample(.processing)
        var details = JobDetails(
            job: job, attempts: [
                .sample(.failed, of: job, progress: 90, createdAt: started),
                .sample(of: job, createdAt: started + .seconds(60)),
            ], outputs: [], receipt: nil, transactions: [])
        details.usualDuration = .seconds(20)

        let progress = details.progress(now: started + .seconds(65))

        #expect(progress.map { "\($0.percent) \($0.isEstimate)" } == "25 true")
        #expect(details.remaining(now: started + .seconds(65)) == .seconds(15))
    }

    private func details(_ state: JobState, reported: Int?, usual: Int64?) throws -> JobDetails {
        let job = try Job.sample(state)
        let isSent = state != .queued && state != .pending
        var details = JobDetails(
            job: job, attempts: isSent ? [.sample(of: job, progress: reported, createdAt: started)] : [], outputs: [],
            receipt: nil, transactions: [])
        details.usualDuration = usual.map { .seconds($0) }
        return details
    }
}

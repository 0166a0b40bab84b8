import SQL

/// Decides submissions in turn over the facts that were read of their accounts, and collects what is to be written. It
/// is the rule; its reads and writes are in `SubmissionBatch+Statements`.
struct SubmissionBatch: Sendable {
    /// The accounts that exist, in their current state.
    private(set) var snapshots: [ID<Account>: AccountSnapshot]
    private var stored: [Idempotency.Key: Idempotency.Record]
    /// The input pictures that exist, and the accounts that own them.
    private let inputs: [ID<Asset>: ID<Account>]
    /// Those of them that are in the trash.
    private let trashed: Set<ID<Asset>>
    private(set) var newJobs: [NewJob] = []
    private(set) var newResponses: [Idempotency.Key: Idempotency.Record] = [:]

    init(
        snapshots: [ID<Account>: AccountSnapshot], stored: [Idempotency.Key: Idempotency.Record] = [:],
        inputs: [ID<Asset>: ID<Account>] = [:], trashed: Set<ID<Asset>> = []
    ) {
        self.snapshots = snapshots
        self.stored = stored
        self.inputs = inputs
        self.trashed = trashed
    }

    /// Returns all of its jobs, or throws and admits none.
    mutating func decide(_ submission: PricedSubmission) throws -> SubmitJob.Outcome {
        let account = submission.actor.account
        guard var snapshot = snapshots[account] else { throw SubmitError.accountDisabled }
        if let response = try storedResponse(for: submission) { return .repeated(response) }
        for request in submission.requests { try demandInputs(of: request, account) }
        let taken = try snapshot.take(
            submission.requests.map(\.price.total), by: submission.actor, now: submission.now)
        snapshots[account] = snapshot
        let jobs = zip(submission.requests, taken).map { NewJob($0, $1, by: submission.actor, now: submission.now) }
        newJobs += jobs
        storeResponse(submission, jobs.map(\.job))
        return .submitted(jobs.map(\.job))
    }

    private func storedResponse(for submission: PricedSubmission) throws(IdempotencyError) -> StoredResponse? {
        guard let key = submission.key, let stored = stored[key],
            stored.at > submission.now - Idempotency.lifetime
        else {
            return nil
        }
        guard submission.idempotency?.isSame(as: stored.bodyHash) == true else { throw .keyReused }
        return stored.response
    }

    private func demandInputs(of request: PricedRequest, _ account: ID<Account>) throws(SubmitError) {
        for (name, asset) in request.inputs.sorted(by: { $0.key < $1.key }) {
            guard inputs[asset] == account else { throw .noPicture(name) }
            if trashed.contains(asset) { throw .pictureInTrash(name) }
        }
    }

    private mutating func storeResponse(_ submission: PricedSubmission, _ jobs: [Job]) {
        guard let key = submission.key, let idempotency = submission.idempotency else { return }
        let new = Idempotency.Record(
            response: submission.response(jobs), bodyHash: idempotency.bodyHash, at: submission.now)
        stored[key] = new
        newResponses[key] = new
    }
}

/// What one client requests, priced.
struct PricedSubmission: Sendable {
    let requests: [PricedRequest]
    let actor: Actor
    let idempotency: Idempotency?
    /// Makes the response to store. Without effects.
    let response: @Sendable ([Job]) -> StoredResponse
    let now: Instant

    var key: Idempotency.Key? {
        idempotency.map { Idempotency.Key(account: actor.account, route: $0.route, key: $0.key) }
    }
}

/// A job that was admitted and is not yet written.
struct NewJob: Sendable {
    let job: Job
    let request: PricedRequest
    let actor: Actor
    let taken: AdmittedJob

    init(_ request: PricedRequest, _ taken: AdmittedJob, by actor: Actor, now: Instant) {
        self.request = request
        self.actor = actor
        self.taken = taken
        let place = taken.place
        job = Job(
            id: .make(at: now), account: actor.account, createdBy: actor.user, kind: request.kind.name,
            endpoint: request.endpoint.id,
            provider: request.endpoint.provider, state: place.holdReason == nil ? .queued : .pending,
            parameters: request.parameters,
            outputsAsked: request.outputs, outputsDelivered: nil, price: request.price, retryOf: request.retryOf,
            attemptCount: 0,
            orderAt: place.orderAt, runAt: now, slotAt: place.hasSlot ? now : nil, deadlineAt: nil,
            holdReason: place.holdReason,
            cancelRequestedAt: nil, failure: nil, createdAt: now, startedAt: nil, endedAt: nil)
    }

    var reservation: NewReservation {
        NewReservation(
            job: job.id, account: job.account, actor: actor.user, amount: request.price.total, parts: taken.parts,
            counts: taken.counts, balance: taken.balance, at: job.createdAt)
    }
}

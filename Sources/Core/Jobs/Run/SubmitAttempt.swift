package import SQL
package import Logging
import Foundation

/// Submits a claimed job to its provider: once, whatever the outcome. The outcome is recorded before anything else.
package struct SubmitAttempt: Sendable {
    /// A link by which the provider can read a stored file of the account, for as long as the job may take.
    package typealias InputLink = @Sendable (ID<Asset>, ID<Account>, Duration) async throws -> String?

    private let database: Database
    private let providers: Providers
    private let catalog: Catalog
    private let webhooks: WebhookAddresses
    private let inputLink: InputLink
    private let rules: WorkRules
    private let time: Time
    private let logger: Logger
    /// Submissions that begin or end together are looked up and recorded together.
    private let statuses: BatchRead<Claim, Claim.Status>
    private let submitted: BatchWrite<Submitted, Void>
    private let responded: BatchWrite<Responded, Bool>

    package init(
        database: Database, providers: Providers, catalog: Catalog, webhooks: WebhookAddresses,
        inputLink: @escaping InputLink, rules: WorkRules, time: Time, logger: Logger
    ) {
        self.database = database
        self.providers = providers
        self.catalog = catalog
        self.webhooks = webhooks
        self.inputLink = inputLink
        self.rules = rules
        self.time = time
        self.logger = logger
        statuses = BatchRead(database) { try $0.jobs.statuses(of: $1) }
        submitted = BatchWrite { transaction, items in
            try transaction.jobs.record(items)
            return items.map { _ in .success(()) }
        }
        responded = BatchWrite { transaction, items in
            let recorded = try transaction.jobs.record(items)
            return items.map { .success(recorded.contains($0.attempt)) }
        }
    }

    /// Returns what is to be advanced at once, under the same lease: an attempt whose provider responded with the
    /// result.
    @discardableResult
    package func callAsFunction(_ claim: Claim, isShuttingDown: Bool) async throws -> DueAttempt? {
        if isShuttingDown {
            try await returnUnsent(claim)
            return nil
        }
        let ready: Ready
        do {
            guard let prepared = try await prepare(claim) else { return nil }
            ready = prepared
        } catch is CancellationError {
            // Stopped before anything was sent.
            try await returnUnsent(claim)
            return nil
        }
        let (provider, endpoint) = (ready.provider, ready.endpoint)
        let response = await provider.submit(Submission(
            endpoint: claim.job.endpoint, input: ready.input,
            webhookURL: webhooks.url(of: claim.attempt, at: provider.name)))
        return try await record(response, claim, provider, cost: endpoint.expectedCost(of: claim.job))
    }

    private struct Ready {
        let provider: any Provider
        let endpoint: Endpoint
        let input: JSON
    }

    /// Returns what is needed to send it, or nil if it is not to be sent, which is then recorded.
    private func prepare(_ claim: Claim) async throws -> Ready? {
        guard let provider = providers.serving(claim.job.provider),
            let endpoint = try await catalog.current().endpoints[claim.job.endpoint]
        else {
            let failure = ProviderFailure(
                .misconfigured, "no provider is configured for \(claim.job.endpoint)", isTransient: false)
            try await fail(claim, .provider(failure), nil)
            return nil
        }
        guard let input = try await input(for: claim.job, endpoint) else {
            try await fail(claim, .inputMissing, nil)
            return nil
        }
        // The job may have been cancelled meanwhile, or the lease may have run out while this worker was stopped.
        return try await mayGoOn(claim) ? Ready(provider: provider, endpoint: endpoint, input: input) : nil
    }

    private func returnUnsent(_ claim: Claim) async throws {
        let now = time.now()
        try await database.write(of: claim.job.account) { try $0.jobs.returnUnsent(claim, now: now) }
    }

    private func mayGoOn(_ claim: Claim) async throws -> Bool {
        let now = time.now()
        switch try await statuses(claim) {
        case .mayBeSent: return true
        case .leaseLost: return false
        case .cancelled: break
        }
        try await database.write(of: claim.job.account) {
            try $0.jobs.end(claim.attempt, of: claim.job, .cancelled, now: now)
        }
        return false
    }

    private func record(
        _ response: SubmissionResult, _ claim: Claim, _ provider: any Provider, cost: MicroDollars
    ) async throws -> DueAttempt? {
        let now = time.now()
        let account = claim.job.account
        switch response {
        case .accepted(let requestID, _):
            let firstPoll = now + provider.pollInterval(after: 0)
            let item = Submitted(
                attempt: claim.attempt, account: account, requestID: requestID, cost: cost, now: now, dueAt: firstPoll)
            try await database.write(item, by: submitted, order: .account(account))
            logger.info(
                "attempt submitted", metadata: [
                    "job": "\(claim.job.id)", "attempt": "\(claim.attempt)", "provider_request": "\(requestID)",
                ])
        case .ended(let requestID, let payload):
            let item = Responded(
                attempt: claim.attempt, account: account, lease: claim.lease, requestID: requestID, payload: payload,
                cost: cost,
                now: now)
            guard try await database.write(item, by: responded, order: .account(account)) else { return nil }
            return claim.due(provider.name, payload, requestID: requestID, cost: cost, now: now)
        case .noResponse(let reason):
            logger.warning(
                "no response to submission",
                metadata: ["job": "\(claim.job.id)", "attempt": "\(claim.attempt)", "reason": "\(reason)"])
            let deadline = now + provider.webhookTimeout
            try await database.write(of: account) {
                try $0.jobs.recordNoResponse(claim.attempt, reason: reason, cost: cost, now: now, dueAt: deadline)
            }
        case .refused(let failure):
            try await fail(claim, .provider(failure), failure)
        }
        return nil
    }

    private func fail(_ claim: Claim, _ failure: JobFailure, _ cause: ProviderFailure?) async throws {
        logger.warning("attempt refused", metadata: [
            "job": "\(claim.job.id)", "attempt": "\(claim.attempt)", "endpoint": "\(claim.job.endpoint)",
            "account": "\(claim.job.account)", "code": "\(failure.code)", "reason": "\(failure.reason)"])
        let now = time.now()
        let end = AttemptEnd.failed(
            failure, retry: cause?.isTransient == true ? rules.retries.retry(after: cause?.retryAfter) : .never)
        try await database.write(of: claim.job.account) { try $0.jobs.end(claim.attempt, of: claim.job, end, now: now) }
    }

    /// The provider's input, or nil if an input picture is gone.
    private func input(for job: Job, _ endpoint: Endpoint) async throws -> JSON? {
        let kind = try await catalog.current().kinds[job.kind]
        var parameters = job.parameters
        for parameter in kind?.parameters.parameters ?? [] {
            guard let value = parameters[parameter.name] else { continue }
            switch parameter.type {
            case .percent:
                if let percent = value.integer { parameters[parameter.name] = .decimal(Decimal(percent) / 100) }
            case .asset:
                guard let id = value.string.flatMap({ ID<Asset>(checking: $0) }),
                    let link = try await inputLink(id, job.account, kind?.timeLimit ?? .seconds(3600))
                else { return nil }
                parameters[parameter.name] = .string(link)
            case .text, .integer, .choice, .resolution, .aspectRatio: continue
            }
        }
        return endpoint.input(parameters)
    }
}

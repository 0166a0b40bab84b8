package import SQL
package import Logging

/// Receives a provider's webhook about an attempt. It is accepted only if the token names an attempt of that provider,
/// the signature is valid, it was signed for the operator's account, and its request is the attempt's, or becomes so.
package struct ReceiveWebhook: Sendable {
    package enum Outcome: Sendable, Hashable {
        case recorded
        /// It came before, or too late: nothing changed.
        case repeated
    }

    private let database: Database
    private let providers: Providers
    private let addresses: WebhookAddresses
    private let time: Time
    private let logger: Logger

    package init(
        database: Database, providers: Providers, addresses: WebhookAddresses, time: Time,
        logger: Logger
    ) {
        self.database = database
        self.providers = providers
        self.addresses = addresses
        self.time = time
        self.logger = logger
    }

    /// Throws `WebhookRefusal` if it is not accepted.
    package func callAsFunction(
        _ webhook: ReceivedWebhook, from name: ProviderName, token: String
    ) async throws -> Outcome {
        guard let entry = providers.entry(named: name), let id = addresses.attempt(of: token, at: name),
            let (attempt, account) = try await database.readInline({ try $0.jobs.attemptAndAccount(id) }),
            attempt.provider == name
        else { throw WebhookRefusal.unknownToken }
        let verified = try await entry.provider.verify(webhook)
        if let known = attempt.requestID, known != verified.requestID { throw WebhookRefusal.wrongRequest }
        let now = time.now()
        let configured = entry.userID
        let (outcome, teaches) = try await database.write(of: account) { transaction in
            try transaction.jobs.record(verified, of: id, configuredUser: configured, now: now)
        }
        // In a transaction of its own, since the row belongs to no account.
        if teaches, let user = verified.userID {
            try await database.write(order: .alone) { try $0.jobs.learnUser(user, at: name, now: now) }
        }
        logger.info("webhook \(outcome)", metadata: ["attempt": "\(id)", "provider_request": "\(verified.requestID)"])
        return outcome
    }
}

extension JobStatements {
    fileprivate func record(
        _ webhook: VerifiedWebhook, of attempt: ID<Attempt>, configuredUser: String?, now: Instant
    ) throws -> (outcome: ReceiveWebhook.Outcome, teaches: Bool) {
        // Read again: the submission's response may have been recorded since.
        guard let row = try queryOne("""
            SELECT t.*, (SELECT user_id FROM provider_accounts WHERE provider = t.provider) AS learned_user
            FROM attempts t WHERE t.id = $1
            """, attempt)
        else { throw WebhookRefusal.unknownToken }
        let current = try Attempt(row)
        if let known = current.requestID, known != webhook.requestID { throw WebhookRefusal.wrongRequest }
        if current.requestID == nil, try isKnown(webhook.requestID, at: current.provider) {
            throw WebhookRefusal.wrongRequest
        }
        let user: String? = try configuredUser ?? row.get("learned_user")
        if let user {
            guard user == webhook.userID else { throw WebhookRefusal.wrongAccount }
        }
        let isRecorded = webhook.needsPoll
            ? try pollNow(current.id, requestID: webhook.requestID, now: now)
            : try recordResponse(webhook.payload, requestID: webhook.requestID, of: current.id, now: now, dueAt: now)
        if isRecorded { notifyWorkersAfterCommit() }
        // The account is learned only from a request that the attempt's own submission recorded; a webhook may have
        // named it first.
        return (isRecorded ? .recorded : .repeated, user == nil && current.submittedAt != nil)
    }

    private func isKnown(_ requestID: String, at provider: ProviderName) throws(DatabaseError) -> Bool {
        try queryOne("SELECT 1 AS one FROM attempts WHERE provider = $1 AND request_id = $2", provider, requestID)
            != nil
    }

    fileprivate func learnUser(_ user: String, at provider: ProviderName, now: Instant) throws(DatabaseError) {
        try execute("""
            INSERT INTO provider_accounts (provider, user_id, learned_at) VALUES ($1, $2, $3)
            ON CONFLICT (provider) DO NOTHING
            """, provider, user, now)
    }
}

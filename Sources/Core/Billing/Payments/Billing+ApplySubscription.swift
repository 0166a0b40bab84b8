import Logging
import SQL

extension Billing {
    /// Gives an account the limits of its subscription as it is read now. Returns whether it is about an account and a
    /// plan of this server.
    ///
    /// A reading is stored only if none was stored since it began, else it is read again: so what is stored last was
    /// read last, whichever node did it and for whichever event. That takes the account's row from before Stripe was
    /// asked.
    ///
    /// - Parameter account: Its account, if that is known.
    func applySubscription(
        _ id: String, of account: ID<Account>? = nil, ending event: ID<StripeEvent>? = nil
    ) async throws -> Bool {
        var owner = account
        if owner == nil { owner = try await self.account(ofSubscription: id) }
        for _ in 0..<6 {
            let before = try await subscription(of: owner)
            let read = try await readSubscription(id)
            guard let account = try await self.account(ofCustomer: read.customer) else { return false }
            guard account == owner else {
                owner = account
                continue
            }
            let facts = try await facts(of: read, account, after: before, ending: event)
            guard let counted = facts.counted?.subscription else { return false }
            let isStored = try await settle(account) { transaction, now in
                var facts = facts
                facts.now = now
                facts.revision = try transaction.billing.subscription(of: account)?.revision
                guard !facts.isStale else { return nil }
                facts.planBefore = try before.flatMap {
                    try transaction.billing.planAsSold($0.plan, in: $0.environment)
                }
                if !counted.isUpdatePending {
                    facts.waiting = try transaction.billing.openPlanChanges(of: account, environment: facts.environment)
                }
                return facts.decide()
            }
            if isStored { return true }
        }
        throw StripeError.unavailable("the subscription changed repeatedly while it was read")
    }

    func readSubscription(_ id: String) async throws -> StripeSubscription {
        guard let subscription = StripeSubscription(try await stripe.get("/subscriptions/\(id.percentEncoded)")) else {
            throw StripeError.unavailable("the subscription in the response is not readable")
        }
        return subscription
    }

    func subscription(of account: ID<Account>?) async throws -> Subscription? {
        guard let account else { return nil }
        return try await database.read { try $0.billing.subscription(of: account) }
    }

    /// Those of outside the transaction. Nothing more is read than what decides.
    private func facts(
        of read: StripeSubscription, _ account: ID<Account>, after before: Subscription?, ending event: ID<StripeEvent>?
    ) async throws -> SubscriptionFacts {
        var facts = SubscriptionFacts(
            read: read, environment: stripe.environment, account: account, before: before, grace: rules.grace,
            event: event)
        if let rival = facts.rival {
            facts.rivalNow = try await stripe.find("/subscriptions/\(rival.id.percentEncoded)").flatMap {
                StripeSubscription($0)
            }
            if facts.isSecond {
                logger.error("account has a second subscription: cancel one of them at Stripe", metadata: [
                    "account": "\(account)", "kept": "\(rival.id)", "other": "\(read.id)",
                ])
            }
            if facts.rivalNow?.isLive == true { return facts }
        }
        if !read.isLive { facts.other = try await otherReading(besides: read) }
        if facts.other == nil { facts.plan = try await plan(ofPrice: read.price) }
        return facts
    }

    private func otherReading(besides read: StripeSubscription) async throws -> SubscriptionReading? {
        guard let customer = read.customer else { return nil }
        let listed = try await stripe.get("/subscriptions", ["customer": .text(customer), "limit": 20]).listed
        for other in listed.compactMap({ StripeSubscription($0) }) where other.id != read.id && other.isLive {
            if let plan = try await plan(ofPrice: other.price) {
                return SubscriptionReading(subscription: other, plan: plan)
            }
        }
        return nil
    }

    private func account(ofSubscription id: String) async throws -> ID<Account>? {
        let environment = stripe.environment
        return try await database.read { try $0.billing.account(ofSubscription: id, in: environment) }
    }

    func account(ofCustomer customer: String?) async throws -> ID<Account>? {
        guard let customer else { return nil }
        let environment = stripe.environment
        return try await database.read { try $0.billing.account(ofCustomer: customer, in: environment) }
    }
}

extension BillingStatements {
    fileprivate func account(
        ofSubscription id: String, in environment: StripeEnvironment
    ) throws(DatabaseError) -> ID<Account>? {
        try queryOne(
            "SELECT account_id FROM subscriptions WHERE id = $1 AND environment = $2", id,
            environment)?.get("account_id")
    }
}

import Logging
import SQL

extension Billing {
    /// Gives an account the limits of its subscription as it is read now. Answers whether it is about an account and a plan
    /// of ours.
    ///
    /// A reading is kept only if none was kept since it began, else it is read again: so what is kept last was read last,
    /// whichever node did it and whichever event asked for it. That takes the account's row from before Stripe was asked.
    ///
    /// - Parameter account: Whose it is, where that is known.
    func applySubscription(_ id: String, of account: ID<Account>? = nil, ending event: ID<StripeEvent>? = nil) async throws -> Bool {
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
            guard let reading = try await reading(read, besides: before) else { return false }
            guard let paid = try await keep(reading, of: account, after: before, ending: event) else { continue }
            // Whoever pays for a bigger plan does not mean it to end.
            for checkout in paid { try await goOn(reading.subscription, for: checkout) }
            return true
        }
        throw StripeError.unavailable("the subscription changes all the time")
    }

    func readSubscription(_ id: String) async throws -> StripeSubscription {
        guard let subscription = StripeSubscription(try await stripe.get("/subscriptions/\(id.percentEncoded)")) else {
            throw StripeError.unavailable("a subscription that cannot be read")
        }
        return subscription
    }

    func subscription(of account: ID<Account>?) async throws -> Subscription? {
        guard let account else { return nil }
        return try await database.read { try $0.subscription(of: account) }
    }

    /// What counts for the account now that this was read: where this one is over, another that lives. Nothing where it is
    /// of no plan of ours, or the account is on another one.
    private func reading(_ read: StripeSubscription, besides before: Subscription?) async throws -> SubscriptionReading? {
        if let before, before.id != read.id, before.isLive, before.realm == stripe.realm {
            let kept = try await stripe.find("/subscriptions/\(before.id.percentEncoded)").flatMap { StripeSubscription($0) }
            guard kept?.isLive != true else {
                guard read.isLive else { return nil }
                // Nobody is to pay twice, and it takes a person to say for what.
                logger.error("an account has a second subscription: cancel one of them at Stripe", metadata: [
                    "account": "\(before.account)", "kept": "\(before.id)", "other": "\(read.id)",
                ])
                return nil
            }
        }
        if !read.isLive, let other = try await otherReading(besides: read) { return other }
        return try await plan(ofPrice: read.price).map { SubscriptionReading(subscription: read, plan: $0, realm: stripe.realm) }
    }

    private func otherReading(besides read: StripeSubscription) async throws -> SubscriptionReading? {
        guard let customer = read.customer else { return nil }
        let listed = try await stripe.get("/subscriptions", ["customer": .text(customer), "limit": 20]).listed
        for other in listed.compactMap({ StripeSubscription($0) }) where other.id != read.id && other.isLive {
            if let plan = try await plan(ofPrice: other.price) {
                return SubscriptionReading(subscription: other, plan: plan, realm: stripe.realm)
            }
        }
        return nil
    }

    private func account(ofSubscription id: String) async throws -> ID<Account>? {
        let realm = stripe.realm
        return try await database.read { try $0.account(ofSubscription: id, in: realm) }
    }

    private func account(ofCustomer customer: String?) async throws -> ID<Account>? {
        guard let customer else { return nil }
        let realm = stripe.realm
        return try await database.read { try $0.account(ofCustomer: customer, in: realm) }
    }

    /// Answers the changes of plan that had waited for their payment and are paid; nothing where another reading was kept
    /// meanwhile.
    private func keep(
        _ reading: SubscriptionReading, of account: ID<Account>, after before: Subscription?, ending event: ID<StripeEvent>?
    ) async throws -> [Checkout]? {
        let (now, grace) = (time.now(), rules.grace)
        let paid: [Checkout]? = try await database.write(of: account) { transaction in
            guard try transaction.subscription(of: account)?.revision == before?.revision else { return nil }
            let planBefore = try before.flatMap { try transaction.planAsSold($0.plan, in: $0.realm) }
            let standing = reading.standing(after: before, planBefore, of: account, grace: grace, now: now)
            try transaction.put(standing, now: now)
            try transaction.setPlan(by: standing, now: now)
            if let event { try transaction.end(event, .applied, now: now) }
            return reading.subscription.isUpdatePending ? [] : try transaction.endPlanChanges(of: account, to: standing, now: now)
        }
        if paid != nil { wakeUp.jobs(of: account) }
        return paid
    }
}

extension Transaction {
    fileprivate func account(ofSubscription id: String, in realm: String) throws(DatabaseError) -> ID<Account>? {
        try queryOne("SELECT account_id FROM subscriptions WHERE id = $1 AND realm = $2", id, realm)?.get("account_id")
    }

    /// Changes that waited for their payment, now that none waits: made, or given up. Answers those that were made.
    fileprivate func endPlanChanges(of account: ID<Account>, to standing: Subscription, now: Instant) throws(DatabaseError) -> [Checkout] {
        var made: [Checkout] = []
        for checkout in try openPlanChanges(of: account, realm: standing.realm) {
            let isMade = standing.isLive && checkout.sessionID?.hasPrefix(standing.id + ":") == true && checkout.item.plan == standing.plan
            try move(checkout, to: isMade ? .paid : .expired, now: now)
            if isMade { made.append(checkout) }
        }
        return made
    }
}

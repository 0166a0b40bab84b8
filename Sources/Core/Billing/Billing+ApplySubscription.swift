import Logging
import SQL

extension Billing {
    /// Gives an account the limits of its subscription as it is read now. Answers whether it is about an account and a plan
    /// of ours.
    ///
    /// A reading is kept only if none was kept since it began, else it is read again: so what is kept last was read last,
    /// whichever node did it and whichever event asked for it.
    func applySubscription(_ id: String, ending event: ID<StripeEvent>? = nil) async throws -> Bool {
        for _ in 0..<5 {
            let realm = stripe.realm
            let account = try await database.read { try $0.account(ofSubscription: id, in: realm) }
            let known = try await read(account)
            guard let subscription = StripeSubscription(try await stripe.get("/subscriptions/\(id.percentEncoded)")) else {
                throw StripeError.unavailable("a subscription that cannot be read")
            }
            guard let customer = subscription.customer,
                let owner = try await database.read({ try $0.account(ofCustomer: customer, in: realm) }),
                let plan = try await plan(ofPrice: subscription.price)
            else { return false }
            let before = owner == account ? known : try await read(owner)
            if let before, before.id != subscription.id, before.isLive, before.realm == realm {
                // Nobody is to pay twice, and it takes a person to say for what.
                logger.error("an account has a second subscription", metadata: [
                    "account": "\(owner)", "kept": "\(before.id)", "other": "\(subscription.id)",
                ])
                return false
            }
            let reading = SubscriptionReading(subscription: subscription, plan: plan, realm: realm)
            if try await keep(reading, of: owner, after: before, ending: event) { return true }
        }
        throw StripeError.unavailable("the subscription changes all the time")
    }

    private func read(_ account: ID<Account>?) async throws -> Subscription? {
        guard let account else { return nil }
        return try await database.read { try $0.subscription(of: account) }
    }

    /// Answers whether nothing was kept meanwhile.
    private func keep(
        _ reading: SubscriptionReading, of account: ID<Account>, after before: Subscription?, ending event: ID<StripeEvent>?
    ) async throws -> Bool {
        let (now, grace) = (time.now(), rules.grace)
        let isKept = try await database.write(of: account) { transaction in
            guard try transaction.subscription(of: account)?.revision == before?.revision else { return false }
            let planBefore = try before.flatMap { try transaction.plan($0.plan) }
            let standing = reading.standing(after: before, planBefore, of: account, grace: grace, now: now)
            try transaction.put(standing, now: now)
            try transaction.setPlan(by: standing, now: now)
            if let event { try transaction.end(event, .applied, now: now) }
            return true
        }
        if isKept { wakeUp.jobs(of: account) }
        return isKept
    }
}

extension Transaction {
    fileprivate func account(ofSubscription id: String, in realm: String) throws(DatabaseError) -> ID<Account>? {
        try queryOne("SELECT account_id FROM subscriptions WHERE id = $1 AND realm = $2", id, realm)?.get("account_id")
    }
}

package import SQL

extension BillingStatements {
    func insert(_ checkout: Checkout, idempotencyKey: String?) throws(DatabaseError) {
        try execute("""
            INSERT INTO checkouts (id, account_id, created_by, environment, item, credits, amount, currency, state,
                idempotency_key, body_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """, checkout.id, checkout.account, checkout.createdBy, checkout.environment, checkout.item,
            checkout.credits, checkout.price.amount, checkout.price.currency, checkout.state, idempotencyKey,
            checkout.bodyHash, checkout.createdAt)
    }

    package func checkout(_ id: ID<Checkout>) throws(DatabaseError) -> Checkout? {
        try queryOne("\(Statements.select) WHERE id = $1", id).map(Checkout.init)
    }

    package func checkout(_ id: ID<Checkout>, of account: ID<Account>) throws(DatabaseError) -> Checkout? {
        try queryOne("\(Statements.select) WHERE id = $1 AND account_id = $2", id, account).map(Checkout.init)
    }

    /// What this key began, within a day; after that the key is free again.
    func checkout(withKey key: String, of account: ID<Account>, since: Instant) throws(DatabaseError) -> Checkout? {
        try queryOne(
            "\(Statements.select) WHERE account_id = $1 AND idempotency_key = $2 AND created_at > $3", account, key,
            since)
            .map(Checkout.init)
    }

    func freeCheckoutKey(_ key: String, of account: ID<Account>) throws(DatabaseError) {
        try execute(
            "UPDATE checkouts SET idempotency_key = NULL WHERE account_id = $1 AND idempotency_key = $2", account, key)
    }

    /// Pay pages for plans that could still be paid: with two of them an account would have two subscriptions.
    func openPlanCheckouts(
        of account: ID<Account>, environment: StripeEnvironment
    ) throws(DatabaseError) -> [Checkout] {
        try query("""
            \(Statements.select) WHERE account_id = $1 AND item LIKE 'plan:%' AND state = 'open' AND environment = $2
                AND substr(session_id, 1, 3) = 'cs_' ORDER BY id LIMIT 20
            """, account, environment).map(Checkout.init)
    }

    /// Changes of plan that wait for their payment: in place of a session's id they have `sub_…:{checkout}`.
    func openPlanChanges(of account: ID<Account>, environment: StripeEnvironment) throws(DatabaseError) -> [Checkout] {
        try query("""
            \(Statements.select) WHERE account_id = $1 AND item LIKE 'plan:%' AND state = 'open' AND environment = $2
                AND substr(session_id, 1, 4) = 'sub_' ORDER BY id LIMIT 20
            """, account, environment).map(Checkout.init)
    }

    func setSession(_ session: String, url: String?, of checkout: ID<Checkout>) throws(DatabaseError) {
        try execute("UPDATE checkouts SET session_id = $2, url = $3 WHERE id = $1", checkout, session, url)
    }

    func set(_ bill: PlanChange.Bill, of checkout: ID<Checkout>) throws(DatabaseError) {
        try execute(
            "UPDATE checkouts SET billed = $2, bill = $3 WHERE id = $1", checkout, max(bill.amount, 0), bill.key)
    }

    /// Moves it on where it may move so; otherwise nothing changes.
    func move(_ checkout: Checkout, to state: Checkout.State, now: Instant) throws(DatabaseError) {
        guard checkout.state.next.contains(state) else { return }
        let endedAt: Instant? = state == .unpaid ? nil : now
        try execute(
            "UPDATE checkouts SET state = $2, ended_at = $3 WHERE id = $1 AND state = $4", checkout.id, state, endedAt,
            checkout.state)
    }
}

extension Checkout {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        id = try row.get("id")
        account = try row.get("account_id")
        createdBy = try row.get("created_by")
        environment = try row.get("environment")
        item = try row.get("item")
        credits = try row.get("credits")
        price = try Money(row.get("amount"), row.get("currency"))
        state = try row.get("state")
        sessionID = try row.get("session_id")
        url = try row.get("url")
        bodyHash = try row.get("body_hash")
        createdAt = try row.get("created_at")
        guard let billed = try row.get("billed", as: Int64?.self) else { return }
        let brought = try row.get("brought", as: Credits?.self)
        change = Change(billed: Money(billed, price.currency), brought: brought ?? .zero)
    }
}

private enum Statements {
    static let select: Statement = """
        SELECT c.*, (SELECT p.credits FROM purchases p WHERE p.key = c.bill) AS brought FROM checkouts c
        """
}

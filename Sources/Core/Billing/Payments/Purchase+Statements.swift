package import SQL

extension BillingStatements {
    func insert(_ purchase: Purchase) throws(DatabaseError) {
        try execute("""
            INSERT INTO purchases (id, account_id, source, key, item, credits, lot_id, amount, currency, environment,
                payment_intent, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """, purchase.id, purchase.account, purchase.source, purchase.key, purchase.item, purchase.credits,
            purchase.lot, purchase.paid.amount, purchase.paid.currency, purchase.environment, purchase.paymentIntent,
            purchase.createdAt)
    }

    package func purchase(_ id: ID<Purchase>) throws(DatabaseError) -> Purchase? {
        try queryOne("SELECT * FROM purchases WHERE id = $1", id).map(Purchase.init)
    }

    package func purchase(withKey key: String) throws(DatabaseError) -> Purchase? {
        try queryOne("SELECT * FROM purchases WHERE key = $1", key).map(Purchase.init)
    }

    func purchase(paidBy paymentIntent: String, environment: StripeEnvironment) throws(DatabaseError) -> Purchase? {
        try queryOne(
            "SELECT * FROM purchases WHERE payment_intent = $1 AND environment = $2", paymentIntent, environment)
            .map(Purchase.init)
    }

    /// Newest first, from behind `cursor`.
    package func purchases(
        of account: ID<Account>, before cursor: ID<Purchase>?, limit: Int
    ) throws(DatabaseError) -> [Purchase] {
        let before = cursor?.rawValue ?? "g"   // Every id is less than "g".
        return try query(
            "SELECT * FROM purchases WHERE account_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3", account, before,
            limit)
            .map(Purchase.init)
    }

    /// What paid for it, where that was not known yet.
    func set(_ paymentIntent: String, of purchase: Purchase) throws(DatabaseError) {
        try execute(
            "UPDATE purchases SET payment_intent = $2 WHERE id = $1 AND payment_intent IS NULL", purchase.id,
            paymentIntent)
    }

    /// What was read of Stripe, and what was taken back for it.
    func record(refunded: Int64, disputed: Int64, clawedBack: Credits, of purchase: Purchase) throws(DatabaseError) {
        try execute("""
            UPDATE purchases SET refunded = $2, disputed = $3, clawed_back = $4, revision = revision + 1 WHERE id = $1
            """, purchase.id, refunded, disputed, clawedBack)
    }
}

extension Purchase {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        id = try row.get("id")
        account = try row.get("account_id")
        source = try row.get("source")
        key = try row.get("key")
        item = try row.get("item")
        credits = try row.get("credits")
        lot = try row.get("lot_id")
        paid = try Money(row.get("amount"), row.get("currency"))
        environment = try row.get("environment")
        paymentIntent = try row.get("payment_intent")
        refunded = try row.get("refunded")
        disputed = try row.get("disputed")
        clawedBack = try row.get("clawed_back")
        revision = try row.get("revision")
        createdAt = try row.get("created_at")
    }
}

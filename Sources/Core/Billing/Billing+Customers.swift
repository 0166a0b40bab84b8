package import SQL

extension Billing {
    /// Stripe's customer for an account, made when it is first needed.
    func customer(of account: ID<Account>) async throws -> String {
        let realm = stripe.realm
        let known = try await database.read { transaction in
            (customer: try transaction.customer(of: account, in: realm), person: try transaction.payer(of: account))
        }
        if let customer = known.customer { return customer }
        let made = try await stripe.post("/customers", [
            "email": known.person.email.map { .text($0) }, "name": .text(known.person.name),
            "metadata": ["account": .text(account.rawValue)],
        ], key: "customer-\(account)")
        guard let customer = made["id"]?.string else { throw StripeError.unavailable("a customer without an id") }
        let now = time.now()
        return try await database.write(of: account) { try $0.keep(customer, of: account, in: realm, now: now) }
    }
}

extension Transaction {
    package func customer(of account: ID<Account>, in realm: String) throws(DatabaseError) -> String? {
        try queryOne("SELECT customer FROM stripe_customers WHERE account_id = $1 AND realm = $2", account, realm)?.get("customer")
    }

    func account(ofCustomer customer: String, in realm: String) throws(DatabaseError) -> ID<Account>? {
        try queryOne("SELECT account_id FROM stripe_customers WHERE realm = $1 AND customer = $2", realm, customer)?.get("account_id")
    }

    /// The one that is kept, which another request may have made.
    fileprivate func keep(_ customer: String, of account: ID<Account>, in realm: String, now: Instant) throws(DatabaseError) -> String {
        try execute("""
            INSERT INTO stripe_customers (account_id, realm, customer, created_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (account_id, realm) DO NOTHING
            """, account, realm, customer, now)
        return try self.customer(of: account, in: realm) ?? customer
    }

    /// Who is written to about an account's payments: its first owner.
    fileprivate func payer(of account: ID<Account>) throws(DatabaseError) -> (name: String, email: String?) {
        let row = try queryOne("""
            SELECT a.name, u.email FROM accounts a
            LEFT JOIN members m ON m.account_id = a.id AND m.role = 'owner' LEFT JOIN users u ON u.id = m.user_id
            WHERE a.id = $1 ORDER BY m.created_at, m.user_id LIMIT 1
            """, account)
        return (try row?.get("name") ?? "", try row?.get("email", as: String?.self) ?? nil)
    }
}

package import SQL

extension Billing {
    /// Does something with an account's customer at Stripe, who is made when it is first needed, and once more if
    /// somebody has deleted the one that was known.
    func withCustomer<Value>(
        of account: ID<Account>, _ body: (_ customer: String) async throws -> Value
    ) async throws -> Value {
        let customer = try await customer(of: account)
        do {
            return try await body(customer)
        } catch let error as StripeError {
            guard error.isMissing, case .refused(let refusal) = error, refusal.parameter == "customer"
            else { throw error }
        }
        return try await body(try await makeCustomer(of: account, inPlaceOf: customer))
    }

    private func customer(of account: ID<Account>) async throws -> String {
        let environment = stripe.environment
        if let known = try await database.read({ try $0.billing.customer(of: account, in: environment) }) {
            return known
        }
        return try await makeCustomer(of: account, inPlaceOf: nil)
    }

    private func makeCustomer(of account: ID<Account>, inPlaceOf old: String?) async throws -> String {
        let (environment, now) = (stripe.environment, time.now())
        let person = try await database.read { try $0.billing.payer(of: account) }
        let form: StripeForm = [
            "email": person.email.map { .text($0) }, "name": .text(person.name),
            "metadata": ["account": .text(account.rawValue)],
        ]
        // A name that has changed meanwhile is another body, which the same key would not take.
        let made = try await stripe.post(
            "/customers", form, key: "customer-\(account)-\(old ?? "first")-\(form.digest)")
        guard let customer = made["id"]?.string else {
            throw StripeError.unavailable("the response contains a customer without an id")
        }
        return try await database.write(of: account) { transaction in
            if let old { try transaction.billing.forget(old, of: account, in: environment) }
            return try transaction.billing.store(customer, of: account, in: environment, now: now)
        }
    }
}

extension BillingStatements {
    package func customer(of account: ID<Account>, in environment: StripeEnvironment) throws(DatabaseError) -> String? {
        try queryOne(
            "SELECT customer FROM stripe_customers WHERE account_id = $1 AND environment = $2", account, environment)?
            .get("customer")
    }

    func account(ofCustomer customer: String, in environment: StripeEnvironment) throws(DatabaseError) -> ID<Account>? {
        try queryOne(
            "SELECT account_id FROM stripe_customers WHERE environment = $1 AND customer = $2", environment, customer)?
            .get("account_id")
    }

    fileprivate func forget(
        _ customer: String, of account: ID<Account>, in environment: StripeEnvironment
    ) throws(DatabaseError) {
        try execute(
            "DELETE FROM stripe_customers WHERE account_id = $1 AND environment = $2 AND customer = $3", account,
            environment,
            customer)
    }

    /// Returns the one that is stored, which another request may have made.
    fileprivate func store(
        _ customer: String, of account: ID<Account>, in environment: StripeEnvironment, now: Instant
    ) throws(DatabaseError) -> String {
        try execute("""
            INSERT INTO stripe_customers (account_id, environment, customer, created_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (account_id, environment) DO NOTHING
            """, account, environment, customer, now)
        return try self.customer(of: account, in: environment) ?? customer
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

package import SQL

extension BillingStatements {
    /// In the order in which they are shown; those that accounts are on, or with the limits of bought credits.
    package func plans(withPayAsYouGo: Bool = false) throws(DatabaseError) -> [Plan] {
        try query("SELECT * FROM plans ORDER BY position, name").map(Plan.init).filter {
            withPayAsYouGo || $0.name != Plan.payAsYouGo
        }
    }

    package func plan(_ name: String) throws(DatabaseError) -> Plan? {
        try queryOne("SELECT * FROM plans WHERE name = $1", name).map(Plan.init)
    }

    package func plan(of account: ID<Account>) throws(DatabaseError) -> Plan? {
        try queryOne(
            "SELECT p.* FROM plans p JOIN accounts a ON a.plan = p.name WHERE a.id = $1", account).map(Plan.init)
    }

    /// As it is to be from now on; one of a new name is added.
    func put(_ plan: Plan) throws(DatabaseError) {
        try execute("""
            INSERT INTO plans (name, title, monthly_credits, price, currency, concurrent_jobs, jobs_per_hour, weight,
                head_start, rollover, position) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (name) DO UPDATE SET title = excluded.title, monthly_credits = excluded.monthly_credits,
                price = excluded.price, currency = excluded.currency, concurrent_jobs = excluded.concurrent_jobs,
                jobs_per_hour = excluded.jobs_per_hour, weight = excluded.weight, head_start = excluded.head_start,
                rollover = excluded.rollover, position = excluded.position
            """, plan.name, plan.title, plan.monthlyCredits, plan.price?.amount, plan.price?.currency ?? "usd",
            plan.concurrentJobs, plan.jobsPerHour, plan.weight, plan.headStart.milliseconds, plan.rollover,
            plan.position)
    }

    /// A plan with what it cost last, if it is not for sale any more and somebody is still on it.
    func planAsSold(_ name: String, in environment: StripeEnvironment) throws(DatabaseError) -> Plan? {
        guard var plan = try plan(name) else { return nil }
        guard plan.price == nil else { return plan }
        let row = try queryOne("""
            SELECT amount, currency FROM stripe_prices WHERE environment = $1 AND item = $2 AND amount > 0
                ORDER BY created_at DESC, id LIMIT 1
            """, environment, Item.plan(name))
        plan.price = try row.map { row throws(DatabaseError) in try Money(row.get("amount"), row.get("currency")) }
        return plan
    }

    /// What an account is subscribed to, which it may go back to even if it is not for sale any more.
    func offer(
        inForce item: Item, of account: ID<Account>, in environment: StripeEnvironment
    ) throws(DatabaseError) -> Offer? {
        guard let name = item.plan, let subscription = try subscription(of: account), subscription.isLive,
            subscription.plan == name
        else { return nil }
        return try planAsSold(name, in: environment)?.offer
    }

    /// What an item costs now. Nil if it is not for sale.
    func offer(_ item: Item) throws(DatabaseError) -> Offer? {
        switch item {
        case .pack(let name): try pack(name).flatMap { $0.retiredAt == nil ? $0.offer : nil }
        case .plan(let name): try plan(name)?.offer
        }
    }
}

extension Plan {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        name = try row.get("name")
        title = try row.get("title")
        monthlyCredits = try row.get("monthly_credits")
        let currency = try row.get("currency", as: String.self)
        price = try row.get("price", as: Int64?.self).map { Money($0, currency) }
        concurrentJobs = try row.get("concurrent_jobs")
        jobsPerHour = try row.get("jobs_per_hour")
        weight = try row.get("weight")
        headStart = .milliseconds(try row.get("head_start", as: Int64.self))
        rollover = try row.get("rollover")
        position = try row.get("position")
    }
}

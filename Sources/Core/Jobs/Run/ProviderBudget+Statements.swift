package import SQL

extension JobStatements {
    package func providerCosts(at now: Instant) throws(DatabaseError) -> ProviderCosts {
        let row = try queryOne("SELECT * FROM provider_costs WHERE day = $1", now.startOfDay)
        return try row.map { row throws(DatabaseError) in try ProviderCosts(row) }
            ?? ProviderCosts(expected: 0, reachedAt: nil, reachedLimit: nil)
    }

    /// Returns those of the jobs to be claimed that the daily provider budget allows, and whether this is the first
    /// time today that one is held back. Holds the day's row until the transaction ends, so that no other claim counts
    /// meanwhile.
    func holdBack(
        _ jobs: [Job], by budget: BudgetSnapshot, now: Instant
    ) throws(DatabaseError) -> (fitting: [Job], isFirstHeldBack: Bool) {
        let day = now.startOfDay
        try execute("INSERT INTO provider_costs (day, expected) VALUES ($1, 0) ON CONFLICT (day) DO NOTHING", day)
        guard let row = try queryOne(
            "SELECT * FROM provider_costs WHERE day = $1 \(.forUpdate(of: "provider_costs"))", day)
        else { throw DatabaseError(.decoding, "an inserted day was not found") }
        let costs = try ProviderCosts(row)
        let fitting = budget.fitting(jobs, expected: costs.expected)
        if costs.isReached(at: budget.limit) { return (fitting, false) }
        let isReached = fitting.count < jobs.count
        if isReached || costs.reachedAt != nil {
            try execute(
                "UPDATE provider_costs SET reached_at = $2, reached_limit = $3 WHERE day = $1", day,
                isReached ? now : nil,
                isReached ? budget.limit : nil)
        }
        return (fitting, isReached)
    }

    func addProviderCost(_ cost: MicroDollars, now: Instant) throws(DatabaseError) {
        guard cost > .zero else { return }
        try perform("UPDATE provider_costs SET expected = expected + $2 WHERE day = $1", now.startOfDay, cost)
    }
}

extension ProviderCosts {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        try self.init(
            expected: row.get("expected"), reachedAt: row.get("reached_at"), reachedLimit: row.get("reached_limit"))
    }
}

package import SQL

extension BillingStatements {
    package func subscription(of account: ID<Account>) throws(DatabaseError) -> Subscription? {
        try queryOne("SELECT * FROM subscriptions WHERE account_id = $1", account).map(Subscription.init)
    }

    /// Those that live, as far as is known, and whose period is long over; the ones looked at longest ago first.
    func overdueSubscriptions(since late: Instant, limit: Int) throws(DatabaseError) -> [Subscription] {
        try query("""
            SELECT * FROM subscriptions WHERE period_end <= $1 AND updated_at <= $1
                AND status IN ('active', 'trialing', 'past_due', 'unpaid', 'paused') ORDER BY updated_at LIMIT $2
            """, late, limit).map(Subscription.init)
    }

    func noteLook(at subscription: Subscription, now: Instant) throws(DatabaseError) {
        try execute("UPDATE subscriptions SET updated_at = $2 WHERE account_id = $1", subscription.account, now)
    }

    /// In place of what was known.
    func put(_ subscription: Subscription, now: Instant) throws(DatabaseError) {
        let graceEndedAt = subscription.graceUntil.flatMap { $0 <= now ? now : nil }
        try execute("""
            INSERT INTO subscriptions (account_id, id, environment, item_id, plan, next_plan, status, period_start,
                period_end, cancel_at, grace_until, grace_ended_at, revision, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
            ON CONFLICT (account_id) DO UPDATE SET id = excluded.id, environment = excluded.environment,
                item_id = excluded.item_id,
                plan = excluded.plan, next_plan = excluded.next_plan, status = excluded.status,
                period_start = excluded.period_start,
                period_end = excluded.period_end, cancel_at = excluded.cancel_at, grace_until = excluded.grace_until,
                grace_ended_at = excluded.grace_ended_at, revision = excluded.revision, updated_at = excluded.updated_at
            """, subscription.account, subscription.id, subscription.environment, subscription.itemID,
            subscription.plan, subscription.nextPlan, subscription.status, subscription.periodStart,
            subscription.periodEnd, subscription.cancelAt, subscription.graceUntil, graceEndedAt,
            subscription.revision, now)
    }

    /// Whose grace has ended, and who have their limits still.
    func subscriptionsOutOfGrace(now: Instant, limit: Int) throws(DatabaseError) -> [ID<Account>] {
        try query("""
            SELECT account_id FROM subscriptions WHERE grace_until IS NOT NULL AND grace_ended_at IS NULL
                AND grace_until <= $1
            ORDER BY grace_until LIMIT $2
            """, now, limit).map { row throws(DatabaseError) in try row.get("account_id") }
    }

    func endGrace(of account: ID<Account>, now: Instant) throws(DatabaseError) {
        try execute("UPDATE subscriptions SET grace_ended_at = $2 WHERE account_id = $1", account, now)
    }

    /// Gives the account the limits of what it is subscribed to now. Where there are more, its waiting jobs have them
    /// too.
    func setPlan(by subscription: Subscription, now: Instant) throws(DatabaseError) {
        let plan = subscription.isEntitled(at: now) ? subscription.plan : Plan.free
        let changed = try execute(
            "UPDATE accounts SET plan = $2 WHERE id = $1 AND plan <> $2", subscription.account, plan)
        if changed > 0 { try transaction.jobs.fillSlots(of: subscription.account, now: now) }
    }

    /// When a plan's credits come again: with the next month that is paid for already, or with the next period. Nil
    /// while no plan brings any.
    package func nextReplenishment(of account: ID<Account>, now: Instant) throws(DatabaseError) -> Instant? {
        let dates = [try nextPlanMonth(of: account, now: now), try nextPeriod(of: account)]
        return dates.compactMap { $0 }.min()
    }

    private func nextPeriod(of account: ID<Account>) throws(DatabaseError) -> Instant? {
        guard let subscription = try subscription(of: account), let renewsAt = subscription.renewsAt,
            let plan = try plan(subscription.nextPlan ?? subscription.plan), plan.monthlyCredits > .zero
        else { return nil }
        return renewsAt
    }
}

extension Subscription {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        id = try row.get("id")
        account = try row.get("account_id")
        environment = try row.get("environment")
        itemID = try row.get("item_id")
        plan = try row.get("plan")
        nextPlan = try row.get("next_plan")
        status = try row.get("status")
        periodStart = try row.get("period_start")
        periodEnd = try row.get("period_end")
        cancelAt = try row.get("cancel_at")
        graceUntil = try row.get("grace_until")
        revision = try row.get("revision")
    }
}

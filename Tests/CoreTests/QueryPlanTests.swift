@testable import Core
import SQL
import Testing
import TestSupport

/// How SQLite runs the statements of a job's life, by the indexes that were made for them.
struct QueryPlanTests {
    @Test func `no statement of a job's life looks through a whole table that grows`() async throws {
        let explaining = try await lived()
        let growing = ["jobs", "attempts", "job_events", "transactions", "entries", "lots", "reservations",
            "assets", "accounts", "balances", "idempotency_keys", "job_inputs", "spend_limits", "spend_counters", "j",
            "t", "e", "a", "l", "c", "r"]

        for plan in explaining.plans {
            for step in plan.steps where step.hasPrefix("SCAN") && !step.contains("USING") {
                let table = step.split(separator: " ").dropFirst().first.map(String.init) ?? ""
                #expect(!growing.contains(table), "\(step) in \(plan.statement)")
            }
        }
        #expect(explaining.plans.count > 40)
    }

    @Test(arguments: [
        ("SELECT id, account_id FROM jobs WHERE provider", "jobs_to_claim"),
        ("SELECT id FROM attempts WHERE due_at <=", "attempts_due"),
        ("FROM attempts WHERE provider = $1 AND ended_at IS NULL", "attempts_running"),
        ("state = 'queued' AND slot_at IS NULL ORDER BY order_at", "jobs_waiting"),
        ("FROM jobs WHERE state = 'queued' AND slot_at IS NULL AND account_id IN", "jobs_waiting"),
        ("EXISTS (SELECT 1 FROM jobs WHERE jobs.account_id = accounts.id AND state = 'queued' AND slot_at IS NULL)",
         "jobs_waiting"),
        ("SELECT 1 FROM lots WHERE lots.account_id = accounts.id AND is_open = 1", "lots_to_spend"),
        ("FROM jobs WHERE id >= $1 AND account_id IN", "jobs_by_account"),
        ("state = 'queued' AND deadline_at <=", "jobs_past_deadline"),
        ("WHERE j.account_id = $1 AND j.id < $2 ORDER BY j.id DESC", "jobs_by_account"),
        ("FROM job_events WHERE account_id = $1 AND account_seq >", "job_events_by_account"),
        ("slot_at IS NOT NULL AND (order_at, id) <", "jobs_to_claim"),
        ("SELECT order_at, id FROM jobs WHERE provider", "jobs_to_claim"),
        ("o.state = 'queued' AND o.slot_at IS NULL", "jobs_waiting"),
        ("FROM attempts\nWHERE endpoint = $1 AND state = 'succeeded'", "attempts_finished"),
        ("FROM balances b LEFT JOIN lots l", "lots_to_spend"),
        ("FROM transactions WHERE account_id = $1 AND id >= $2 AND id < $3 ORDER", "transactions_by_account"),
        ("FROM transactions WHERE account_id = $1 AND id >= $2 AND id < $3 AND kind = $4", "transactions_by_account"),
        ("AND kind NOT IN ('reserve', 'capture', 'release') AND id >= $3", "transactions_beside_jobs"),
        ("AND id >= $2 AND id < $3\nUNION ALL", "transactions_beside_jobs"),
        ("FROM transactions WHERE job_id = $1)", "transactions_by_job"),
        ("FROM lots\nWHERE is_open = 1 AND expires_at <= $1", "lots_to_expire"),
        ("FROM jobs j JOIN reservations r ON r.job_id = j.id WHERE j.account_id = $1", "jobs_by_account"),
        ("FROM spend_counters WHERE starts_at <", "spend_counters_by_age"),
        ("FROM transactions WHERE job_id IN", "transactions_by_job"),
        ("FROM attempts WHERE provider = $1 AND request_id = $2", "attempts_by_request"),
    ])
    func `a statement runs by the index that was made for it`(part: String, index: String) async throws {
        let plan = try await lived().plan(part)

        #expect(plan.contains { $0.contains("INDEX \(index)") }, "\(plan)")
    }

    @Test(arguments: [
        "SELECT id, account_id FROM jobs WHERE provider", "SELECT id FROM attempts WHERE due_at <=",
        "FROM job_events WHERE account_id = $1 AND account_seq >",
        "state = 'queued' AND slot_at IS NULL ORDER BY order_at",
        "WHERE j.account_id = $1 AND j.id < $2 ORDER BY j.id DESC",
        "FROM transactions WHERE account_id = $1 AND id >= $2 AND id < $3 ORDER",
        "FROM transactions WHERE account_id = $1 AND id >= $2 AND id < $3 AND kind = $4",
        "AND kind NOT IN ('reserve', 'capture', 'release') AND id >= $3", "AND id >= $2 AND id < $3\nUNION ALL",
    ])
    func `what is taken in order is found in order, and not sorted`(part: String) async throws {
        let plan = try await lived().plan(part)

        #expect(!plan.isEmpty)
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }

    /// One life for all cases: they only read its plans.
    private static let life = Task {
        let explaining = Explaining()
        try await TestWorld(dailyCost: 1_000_000, wrap: explaining.wrap).liveThrough()
        return explaining
    }

    private func lived() async throws -> Explaining { try await QueryPlanTests.life.value }
}

import Core
import Crypto
import Foundation
import SQL

/// Accounts whose ids, lots and keys follow from their number, so that a script can name them.
struct BenchAccounts: Sendable {
    let count: Int

    /// Twelve digits that make a prefix an id.
    static let base = 100_000_000_000
    static let accountPrefix = "00000000-0000-7000-8000-"
    static let lotPrefix = "00000000-0000-7000-9000-"
    static let keyPrefix = "00000000-0000-7000-a000-"
    static let grantPrefix = "00000000-0000-7000-b000-"
    /// Hundredths of a credit: more than any run spends.
    static let credits = 100_000_000_000_000

    func account(_ number: Int) -> ID<Account> {
        ID(rawValue: Self.accountPrefix + String(Self.base + number))
    }

    func key(_ number: Int) -> ID<APIKey> {
        ID(rawValue: Self.keyPrefix + String(Self.base + number))
    }

    func secret(_ number: Int) -> String {
        "dk_bench" + String(Self.base + number)
    }

    func actor(_ number: Int) -> Actor {
        Actor(account: account(number), user: nil, key: key(number), role: .member, platformRole: .user)
    }

    fileprivate func digest(_ number: Int) -> String {
        Hex.text(SHA256.hash(data: Data(secret(number).utf8)))
    }
}

extension Transaction {
    /// The accounts are of a plan without limits that would bite, else as `enterprise`.
    func insert(_ accounts: BenchAccounts, now: Instant) throws(DatabaseError) {
        try execute("""
            INSERT INTO plans (name, monthly_credits, concurrent_jobs, jobs_per_hour, weight, head_start)
            SELECT 'bench', monthly_credits, 1000000, NULL, weight, head_start FROM plans WHERE name = 'enterprise'
            """)
        try execute("""
            WITH RECURSIVE n (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2)
            INSERT INTO accounts (id, name, plan, created_at) SELECT $3 || i, 'Bench', 'bench', $4 FROM n
            """, BenchAccounts.base, BenchAccounts.base + accounts.count - 1, BenchAccounts.accountPrefix, now)
        for number in 0..<accounts.count {
            try perform("""
                INSERT INTO api_keys (id, account_id, name, hash, prefix, created_at)
                VALUES ($1, $2, 'bench', $3, 'dk_bench', $4)
                """, accounts.key(number), accounts.account(number), accounts.digest(number), now)
        }
        try grant(now: now)
    }

    private func grant(now: Instant) throws(DatabaseError) {
        let (account, lot) = (BenchAccounts.accountPrefix, BenchAccounts.lotPrefix)
        let transaction = BenchAccounts.grantPrefix
        try execute("""
            INSERT INTO balances (account_id, available, reserved, allocated, updated_at)
            SELECT id, $1, 0, $1, $2 FROM accounts WHERE plan = 'bench'
            """, BenchAccounts.credits, now)
        try execute("""
            INSERT INTO lots (id, account_id, source, granted, remaining, created_at)
            SELECT REPLACE(id, $1, $2), id, 'bonus', $3, $3, $4 FROM accounts WHERE plan = 'bench'
            """, account, lot, BenchAccounts.credits, now)
        // Before their transactions, whose insertion closes them.
        try execute("""
            INSERT INTO entries (transaction_id, position, book, account_id, lot_id, amount)
            SELECT REPLACE(id, $1, $2), 0, 'bonuses', NULL, NULL, CAST($3 AS BIGINT) FROM accounts WHERE plan = 'bench'
            UNION ALL
            SELECT REPLACE(id, $1, $2), 1, 'available', id, REPLACE(id, $1, $4), CAST($5 AS BIGINT)
            FROM accounts WHERE plan = 'bench'
            """, account, transaction, -BenchAccounts.credits, lot, BenchAccounts.credits)
        try execute("""
            INSERT INTO transactions (id, kind, key, account_id, amount, available_after, reserved_after, created_at)
            SELECT REPLACE(id, $1, $2), 'bonus', 'bench:' || id, id, $3, $3, 0, $4 FROM accounts WHERE plan = 'bench'
            """, account, transaction, BenchAccounts.credits, now)
    }
}

package import SQL

/// Credits that were to be taken back and were spent already: owed until the next purchase pays them.
struct Debt: Sendable, Hashable {
    let id: ID<Debt>
    let account: ID<Account>
    let purchase: ID<Purchase>
    /// What is neither paid nor forgiven.
    let open: Credits
    /// Of the credits that it stands for.
    let source: Lot.Source
}

extension [Debt] {
    /// What so many credits cover of each, the first one first.
    func shares(of credits: Credits) -> [(debt: Debt, amount: Credits)] {
        var left = credits
        var shares: [(debt: Debt, amount: Credits)] = []
        for debt in self where left > .zero {
            shares.append((debt, Swift.min(debt.open, left)))
            left -= shares[shares.count - 1].amount
        }
        return shares
    }
}

extension BillingStatements {
    /// Under the key of the claw-back that found too little.
    func owe(_ amount: Credits, for purchase: Purchase, key: String, now: Instant) throws(DatabaseError) {
        try execute("""
            INSERT INTO debts (id, account_id, purchase_id, key, amount, created_at) VALUES ($1, $2, $3, $4, $5, $6)
            """, ID<Debt>.make(at: now), purchase.account, purchase.id, key, amount, now)
        try moveOwed(of: purchase.account, by: amount, now: now)
    }

    /// The oldest first, as they are paid.
    func openDebts(of account: ID<Account>) throws(DatabaseError) -> [Debt] {
        try query("""
            SELECT d.*, p.source FROM debts d JOIN purchases p ON p.id = d.purchase_id
            WHERE d.account_id = $1 AND d.paid + d.forgiven < d.amount ORDER BY d.id
            """, account).map(Debt.init)
    }

    func pay(_ amount: Credits, of debt: Debt, now: Instant) throws(DatabaseError) {
        try execute("UPDATE debts SET paid = paid + $2 WHERE id = $1", debt.id, amount)
        try moveOwed(of: debt.account, by: -amount, now: now)
    }

    /// Its cause went away.
    func forgive(_ amount: Credits, of debt: Debt, now: Instant) throws(DatabaseError) {
        try execute("UPDATE debts SET forgiven = forgiven + $2 WHERE id = $1", debt.id, amount)
        try moveOwed(of: debt.account, by: -amount, now: now)
    }

    package func owed(by account: ID<Account>) throws(DatabaseError) -> Credits {
        try queryOne("SELECT owed FROM balances WHERE account_id = $1", account)?.get("owed") ?? .zero
    }

    private func moveOwed(of account: ID<Account>, by amount: Credits, now: Instant) throws(DatabaseError) {
        try execute("UPDATE balances SET owed = owed + $2, updated_at = $3 WHERE account_id = $1", account, amount, now)
    }
}

extension Debt {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        id = try row.get("id")
        account = try row.get("account_id")
        purchase = try row.get("purchase_id")
        let (paid, forgiven) = try (row.get("paid", as: Credits.self), row.get("forgiven", as: Credits.self))
        open = try row.get("amount", as: Credits.self) - paid - forgiven
        source = try row.get("source", as: Purchase.Source.self).lot
    }
}

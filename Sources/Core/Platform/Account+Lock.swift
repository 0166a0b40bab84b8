import SQL

extension Transaction {
    /// Locks accounts in ascending order, before anything that belongs to them, so that nodes do not wait for each
    /// other in a circle.
    func lock(_ accounts: some Sequence<ID<Account>>) throws(DatabaseError) {
        try lock(Statements.lock, rows: Set(accounts).sorted().map { [$0] })
    }
}

extension StatementGroup {
    /// As on `Transaction`.
    func lock(_ accounts: some Sequence<ID<Account>>) throws(DatabaseError) { try transaction.lock(accounts) }
}

private enum Statements {
    static let lock = BulkStatement(
        "SELECT id FROM accounts WHERE id IN (", row: "$1", ") ORDER BY id \(.forUpdate(of: "accounts"))")
}

package import SQL

/// The statements on balances, lots, reservations and the ledger's entries.
package struct LedgerStatements: StatementGroup {
    package let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }
}

extension Transaction {
    package var ledger: LedgerStatements { LedgerStatements(self) }
}

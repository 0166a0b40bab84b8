package import SQL

/// The statements on comparisons of the ledger with payments and costs.
package struct ReconciliationStatements: StatementGroup {
    package let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }
}

extension Transaction {
    package var reconciliation: ReconciliationStatements { ReconciliationStatements(self) }
}

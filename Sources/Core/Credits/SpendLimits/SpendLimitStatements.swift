package import SQL

/// The statements on spend limits and their counters.
package struct SpendLimitStatements: StatementGroup {
    package let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }
}

extension Transaction {
    package var spendLimits: SpendLimitStatements { SpendLimitStatements(self) }
}

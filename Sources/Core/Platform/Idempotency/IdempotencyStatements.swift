package import SQL

/// The statements on stored responses.
package struct IdempotencyStatements: StatementGroup {
    package let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }
}

extension Transaction {
    package var idempotency: IdempotencyStatements { IdempotencyStatements(self) }
}

package import SQL

/// The statements on checkouts, purchases, subscriptions and Stripe's events.
package struct BillingStatements: StatementGroup {
    package let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }
}

extension Transaction {
    package var billing: BillingStatements { BillingStatements(self) }
}

package import SQL

/// The statements on users, accounts, sessions and API keys.
package struct AccountStatements: StatementGroup {
    package let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }
}

extension Transaction {
    package var accounts: AccountStatements { AccountStatements(self) }
}

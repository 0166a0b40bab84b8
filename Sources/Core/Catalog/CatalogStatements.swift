package import SQL

/// The statements on kinds, endpoints and prices.
package struct CatalogStatements: StatementGroup {
    package let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }
}

extension Transaction {
    package var catalog: CatalogStatements { CatalogStatements(self) }
}

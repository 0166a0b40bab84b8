package import SQL

/// The statements on jobs, attempts and their events.
package struct JobStatements: StatementGroup {
    package let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }
}

extension Transaction {
    package var jobs: JobStatements { JobStatements(self) }
}

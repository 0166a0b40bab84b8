package import SQL

/// The statements on facts of the installation.
package struct InstallationStatements: StatementGroup {
    package let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }
}

extension Transaction {
    package var installation: InstallationStatements { InstallationStatements(self) }
}

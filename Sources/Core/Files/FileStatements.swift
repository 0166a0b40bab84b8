package import SQL

/// The statements on assets and stored bytes.
package struct FileStatements: StatementGroup {
    package let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }
}

extension Transaction {
    package var files: FileStatements { FileStatements(self) }
}

package import SQL

/// The statements on scheduled tasks.
package struct SchedulerStatements: StatementGroup {
    package let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }
}

extension Transaction {
    var scheduler: SchedulerStatements { SchedulerStatements(self) }
}

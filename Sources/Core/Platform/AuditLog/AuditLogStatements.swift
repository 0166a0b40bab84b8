package import SQL

/// The statements on the audit log.
package struct AuditLogStatements: StatementGroup {
    package let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }
}

extension Transaction {
    package var auditLog: AuditLogStatements { AuditLogStatements(self) }
}

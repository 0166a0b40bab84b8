import SQL

/// Why credits move. Every kind is an operation of the ledger; nothing else changes a balance.
package enum TransactionKind: String, Sendable, SQLConvertible, Codable, CaseIterable {
    case purchase, grant, bonus, reserve, capture, release, refund
    /// Of a purchase whose payment went back. It is negative, or positive where a refund failed or a dispute was won.
    case clawBack = "claw_back"
    case adjustment, expire
}

/// A ledger transaction: the name `Transaction` alone is the database's.
package enum LedgerTransaction {}

package enum LedgerError: Error, Sendable, Hashable {
    case insufficientCredits(required: Credits, available: Credits)
}

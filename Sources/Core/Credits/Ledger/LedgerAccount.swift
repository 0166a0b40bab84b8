import SQL

/// The two ledger accounts of a customer and those of the house.
package enum LedgerAccount: String, Sendable, SQLConvertible {
    case available, reserved
    case purchases, grants, bonuses, revenue, adjustments, expired
}

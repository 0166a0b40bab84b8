import SQL

/// Credits with one source and one expiry.
package struct Lot: Sendable, Hashable {
    /// Where its credits come from. Adjustments and refunds make lots of their own.
    package enum Source: String, Sendable, SQLConvertible, Codable {
        case purchase, grant, bonus, refund, adjustment

        var kind: TransactionKind {
            switch self {
            case .purchase: .purchase
            case .grant: .grant
            case .bonus: .bonus
            case .refund: .refund
            case .adjustment: .adjustment
            }
        }

        /// Whether it brings new credits, rather than returning earlier ones.
        var isAllocation: Bool {
            switch self {
            case .purchase, .grant, .bonus: true
            case .refund, .adjustment: false
            }
        }

        /// The house's ledger account that the credits come out of.
        var book: LedgerAccount {
            switch self {
            case .purchase: .purchases
            case .grant: .grants
            case .bonus: .bonuses
            case .refund: .revenue
            case .adjustment: .adjustments
            }
        }
    }

    package let id: ID<Lot>
    package let source: Source
    package var remaining: Credits
    package let expiresAt: Instant?
}

import SQL

/// Why credits move. Every kind is an operation of the ledger; nothing else changes a balance.
package enum TransactionKind: String, Sendable, SQLConvertible, Codable, CaseIterable {
    case purchase, grant, bonus, reserve, capture, release, refund, adjustment, expire
}

/// A ledger transaction: the name `Transaction` alone is the database's.
package enum LedgerTransaction {}

/// What an account can spend, and what is set aside for its jobs.
package struct Balance: Sendable, Hashable {
    package var available: Credits
    package var reserved: Credits

    package init(available: Credits, reserved: Credits) {
        self.available = available
        self.reserved = reserved
    }
}

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
        var book: Book {
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

/// The two ledger accounts of a customer and those of the house.
package enum Book: String, Sendable, SQLConvertible {
    case available, reserved
    case purchases, grants, bonuses, revenue, adjustments, expired
}

package enum LedgerError: Error, Sendable, Hashable {
    case insufficientCredits(required: Credits, available: Credits)
}

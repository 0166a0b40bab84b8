import SQL

/// Why credits move. Every kind is a verb of the ledger; no other road leads to a balance.
package enum TransactionKind: String, Sendable, SQLConvertible, Codable, CaseIterable {
    case purchase, grant, bonus, reserve, capture, release, refund, adjustment, expire
}

/// A ledger transaction: the word `Transaction` alone is the database's.
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
    /// Why its credits came. Adjustments and refunds make lots of their own.
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

        /// Whether it brings credits that were not there before, and not back what was.
        var isAllocation: Bool {
            switch self {
            case .purchase, .grant, .bonus: true
            case .refund, .adjustment: false
            }
        }

        /// The house's book that the credits come out of.
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

/// The two books of a customer and those of the house.
package enum Book: String, Sendable, SQLConvertible {
    case available, reserved
    case purchases, grants, bonuses, revenue, adjustments, expired
}

package enum LedgerError: Error, Sendable, Hashable {
    case insufficientCredits(required: Credits, available: Credits)
}

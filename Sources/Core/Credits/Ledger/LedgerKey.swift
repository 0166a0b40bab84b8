import SQL

/// Why credits of a purchase are taken back.
package enum ClawBackReason: String, Sendable, Codable {
    case refund, dispute
}

/// What the key of a ledger transaction says about the purchase behind it.
enum LedgerKey: Sendable, Hashable {
    /// The transaction brought what was paid for; the purchase has the same key.
    case purchase
    /// It brought more of what was paid for: a later month.
    case month(of: ID<Purchase>)
    /// Credits were taken back, or came back. Keys of before reasons were kept have none.
    case clawBack(of: ID<Purchase>, ClawBackReason?)
    /// What was owed for a claw-back was paid from other credits.
    case debt(ID<Debt>)

    /// Nil if no purchase is behind it.
    init?(_ key: String) {
        let parts = key.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1 else { return nil }
        switch parts[0] {
        case "checkout", "invoice": self = .purchase
        case "claw_back", "give_back":
            self = .clawBack(of: ID(rawValue: parts[1]), parts.count > 3 ? ClawBackReason(rawValue: parts[3]) : nil)
        case "month": self = .month(of: ID(rawValue: parts[1]))
        case "debt": self = .debt(ID(rawValue: parts[1]))
        default: return nil
        }
    }

    /// - Parameter revision: Of the purchase with the change: it makes the fact one that is booked once.
    static func clawBackKey(of purchase: ID<Purchase>, _ reason: ClawBackReason, revision: Int) -> String {
        "claw_back:\(purchase):\(revision):\(reason.rawValue)"
    }

    static func giveBackKey(of purchase: ID<Purchase>, _ reason: ClawBackReason, revision: Int) -> String {
        "give_back:\(purchase):\(revision):\(reason.rawValue)"
    }

    static func debtKey(_ debt: ID<Debt>, paidFrom lot: ID<Lot>) -> String { "debt:\(debt):\(lot)" }

    /// The kind of a transaction. Claw-backs were booked as adjustments before they had a kind, and lines never change.
    static func kind(of key: String, stored: TransactionKind) -> TransactionKind {
        guard stored == .adjustment else { return stored }
        return switch LedgerKey(key) {
        case .clawBack, .debt: .clawBack
        case .purchase, .month, nil: .adjustment
        }
    }

    /// Whether the column `key` is of a claw-back, or of what was paid for one.
    static let isClawBack: Statement =
        "substr(key, 1, 10) IN ('claw_back:', 'give_back:') OR substr(key, 1, 5) = 'debt:'"

    /// As `kind(of:stored:)`, of the columns `kind` and `key`.
    static let kindColumn: Statement =
        "CASE WHEN kind = 'adjustment' AND (\(isClawBack)) THEN 'claw_back' ELSE kind END"
}

/// The purchase behind a ledger transaction, and why its credits are taken back, if they are.
struct PurchaseLink: Sendable, Hashable {
    let purchase: ID<Purchase>
    let reason: ClawBackReason?
}

extension LedgerStatements {
    /// The purchases behind transactions, by the keys of these. Where there are none, as for jobs, nothing is read.
    func purchaseLinks(_ keys: [String]) throws(DatabaseError) -> [String: PurchaseLink] {
        var links: [String: PurchaseLink] = [:]
        var (bought, debts) = ([String](), [ID<Debt>: [String]]())
        for key in Set(keys) {
            switch LedgerKey(key) {
            case .purchase: bought.append(key)
            case .month(let purchase): links[key] = PurchaseLink(purchase: purchase, reason: nil)
            case .clawBack(let purchase, let reason): links[key] = PurchaseLink(purchase: purchase, reason: reason)
            case .debt(let debt): debts[debt, default: []].append(key)
            case nil: break
            }
        }
        for row in try query(Statements.purchases, rows: bought.map { [$0] }) {
            links[try row.get("key")] = PurchaseLink(purchase: try row.get("id"), reason: nil)
        }
        for row in try query(Statements.debts, rows: debts.keys.map { [$0] }) {
            guard case .clawBack(_, let reason) = LedgerKey(try row.get("key")) else { continue }
            let link = PurchaseLink(purchase: try row.get("purchase_id"), reason: reason)
            for key in debts[try row.get("id")] ?? [] { links[key] = link }
        }
        return links
    }
}

private enum Statements {
    static let purchases = BulkStatement("SELECT id, key FROM purchases WHERE key IN (", row: "$1", ")")
    static let debts = BulkStatement("SELECT id, key, purchase_id FROM debts WHERE id IN (", row: "$1", ")")
}

import SQL

/// A payment that has arrived, and what it brings.
struct NewPurchase: Sendable {
    let account: ID<Account>
    let source: Purchase.Source
    /// Of the business fact: however many events tell of it, it is booked once.
    let key: String
    let item: Item
    let credits: Credits
    let paid: Money
    let realm: String
    let paymentIntent: String?
    let expiresAt: Instant?
}

extension Transaction {
    /// Books it once. Answers whether its account's jobs came out of a hold, which a paid debt can end.
    func book(_ new: NewPurchase, _ policy: HoldPolicy, now: Instant) throws -> Bool {
        guard new.credits > .zero, try !isBooked(key: new.key) else { return false }
        let lot = try purchase(new.credits, as: new.source.lot, for: new.account, key: new.key, expiresAt: new.expiresAt, now: now)
        try insert(Purchase(
            id: .make(at: now), account: new.account, source: new.source, key: new.key, item: new.item, credits: new.credits, lot: lot,
            paid: new.paid, realm: new.realm, paymentIntent: new.paymentIntent, refunded: 0, disputed: 0, clawedBack: .zero, revision: 0,
            createdAt: now))
        return try settleHold(of: new.account, policy, now: now)
    }
}

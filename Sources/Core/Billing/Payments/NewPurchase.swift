import SQL

/// A payment that has arrived, and what it brings.
struct NewPurchase: Sendable, Hashable {
    let account: ID<Account>
    let source: Purchase.Source
    /// Of the business fact: however many events are about it, it is booked once.
    let key: String
    let item: Item
    let credits: Credits
    let paid: Money
    let environment: StripeEnvironment
    let paymentIntent: String?
    let expiresAt: Instant?

    func bringing(_ credits: Credits, until expiresAt: Instant?) -> NewPurchase {
        NewPurchase(
            account: account, source: source, key: key, item: item, credits: credits, paid: paid,
            environment: environment, paymentIntent: paymentIntent, expiresAt: expiresAt)
    }
}

extension BillingStatements {
    func isBooked(_ new: NewPurchase?) throws(DatabaseError) -> Bool {
        guard let new else { return false }
        return try transaction.ledger.isBooked(key: new.key)
    }

    /// The same key again is a `unique` error: ask `isBooked` first. A paid debt can end a hold, and bought credits
    /// lift limits: waiting jobs may begin.
    func book(_ new: NewPurchase, _ policy: HoldPolicy, now: Instant) throws {
        let lot = try purchase(
            new.credits, as: new.source.lot, for: new.account, key: new.key, expiresAt: new.expiresAt, now: now)
        try insert(Purchase(
            id: .make(at: now), account: new.account, source: new.source, key: new.key, item: new.item,
            credits: new.credits, lot: lot, paid: new.paid, environment: new.environment,
            paymentIntent: new.paymentIntent, refunded: 0, disputed: 0, clawedBack: .zero, revision: 0, createdAt: now))
        try settleHold(of: new.account, policy, now: now)
        try transaction.jobs.fillSlots(of: new.account, now: now)
    }

    /// Further credits of what was paid for before: those of another month. What it brought until then names the fact,
    /// so it is booked once.
    func book(
        _ credits: Credits, of known: Purchase, expiresAt: Instant?, _ policy: HoldPolicy, now: Instant
    ) throws {
        let lot = try purchase(
            credits, as: known.source.lot, for: known.account, key: "month:\(known.id):\(known.credits.hundredths)",
            expiresAt: expiresAt, now: now)
        try execute("""
            UPDATE purchases SET credits = credits + $2, lot_id = $3, revision = revision + 1 WHERE id = $1
            """, known.id, credits, lot)
        try settleHold(of: known.account, policy, now: now)
    }
}

import SQL

/// What an account can spend: its balance, and the lots that hold it in the order in which they are spent.
///
/// An expired lot can no longer be spent, whether its end was booked or not. Until it is booked, its credits are still
/// in the balance, which always equals the sum of the ledger's entries.
struct AccountCredits: Sendable, Hashable {
    var balance = Balance(available: .zero, reserved: .zero)
    var lots: [Lot] = []
    /// Whether spending is counted against limits.
    var hasLimits = false

    /// What is available, less what has expired and is not yet booked as expired.
    func spendable(at now: Instant) -> Credits {
        lots.filter { !$0.isAlive(at: now) }.reduce(balance.available) { $0 - $1.remaining }
    }

    /// Whether anything is left of what was bought. What jobs have reserved is not.
    func hasBoughtCredits(at now: Instant) -> Bool {
        lots.contains { $0.source == .purchase && $0.remaining > .zero && $0.isAlive(at: now) }
    }

    func demand(_ amount: Credits, at now: Instant) throws(LedgerError) {
        let spendable = spendable(at: now)
        guard amount <= spendable else { throw .insufficientCredits(required: amount, available: spendable) }
    }

    /// Sets credits aside, soonest-to-expire first.
    mutating func reserve(_ amount: Credits, at now: Instant) throws -> [Reservation.Part] {
        try demand(amount, at: now)
        guard let parts = Reservation.split(amount, over: lots.filter { $0.isAlive(at: now) }) else {
            throw DatabaseError(
                .check,
                "the balance of \(balance.available) credits does not match the account's lots; run 'darkroom audit'")
        }
        for part in parts {
            guard let index = lots.firstIndex(where: { $0.id == part.lot }) else { continue }
            lots[index].remaining -= part.amount
        }
        balance.available -= amount
        balance.reserved += amount
        return parts
    }
}

extension Lot {
    func isAlive(at now: Instant) -> Bool { expiresAt.map { $0 > now } ?? true }
}

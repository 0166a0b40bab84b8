import SQL

/// What an account can spend: its balance, and the lots that hold it in the order in which they are spent.
struct AccountCredits: Sendable, Hashable {
    var balance = Balance(available: .zero, reserved: .zero)
    var lots: [Lot] = []

    func demand(_ amount: Credits) throws(LedgerError) {
        guard amount <= balance.available else { throw .insufficientCredits(required: amount, available: balance.available) }
    }

    /// Sets credits aside, soonest-to-expire first.
    mutating func reserve(_ amount: Credits) throws -> [Reservation.Part] {
        try demand(amount)
        guard let parts = Reservation.split(amount, over: lots) else {
            throw DatabaseError(.check, "a balance of \(balance.available) is not in its account's lots; run 'darkroom audit'")
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

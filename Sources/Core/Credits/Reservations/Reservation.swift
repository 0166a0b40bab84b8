/// Credits set aside for one job, out of one or more lots. It ends once, in the transaction that ends its job.
package struct Reservation: Sendable, Hashable {
    /// The part of a reservation that comes from one lot.
    package struct Part: Sendable, Hashable {
        package let lot: ID<Lot>
        package let amount: Credits
    }

    /// How a reservation ends: each part is captured, released, or in part both.
    package struct Settlement: Sendable, Hashable {
        package let captured: [Part]
        package let released: [Part]
    }

    /// Takes `amount` from the lots in the order given, which is the order in which they expire. Returns nil if they do
    /// not hold as much.
    package static func split(_ amount: Credits, over lots: [Lot]) -> [Part]? {
        var missing = amount
        var parts: [Part] = []
        for lot in lots where missing > .zero {
            let part = min(lot.remaining, missing)
            guard part > .zero else { continue }
            parts.append(Part(lot: lot.id, amount: part))
            missing -= part
        }
        return missing == .zero ? parts : nil
    }

    /// Captures `amount` from the parts in order and releases the rest, so that what expires soonest is spent.
    package static func settle(_ parts: [Part], capturing amount: Credits) -> Settlement {
        var left = amount
        var captured: [Part] = []
        var released: [Part] = []
        for part in parts {
            let taken = min(part.amount, left)
            left -= taken
            if taken > .zero { captured.append(Part(lot: part.lot, amount: taken)) }
            if taken < part.amount { released.append(Part(lot: part.lot, amount: part.amount - taken)) }
        }
        precondition(left == .zero, "no more can be captured than was reserved")
        return Settlement(captured: captured, released: released)
    }
}

/// The outcome of a job's reservation, as part of a receipt.
package struct Receipt: Sendable, Hashable {
    package let reserved: Credits
    package let captured: Credits
    package let released: Credits
    package let endedAt: Instant?
}

/// Credits set aside for a new job, and not yet booked.
struct NewReservation: Sendable, Hashable {
    let job: ID<Job>
    let account: ID<Account>
    let actor: ID<User>?
    let amount: Credits
    /// In the order in which they are captured, which is that of their entries.
    let parts: [Reservation.Part]
    /// The counters that it counts in, if the account has limits.
    var counts: [SpendCount] = []
    /// The account's balance after the reservation.
    let balance: Balance
    let at: Instant

    var key: String { NewReservation.key(of: job) }

    /// Names the fact, and thereby the entries that say how much came from which lot.
    static func key(of job: ID<Job>) -> String { "reserve:\(job)" }
}

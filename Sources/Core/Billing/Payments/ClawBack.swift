import SQL

/// Where credits that are taken back come from: what is left of the purchase's own lot first, then of the others, the
/// soonest to expire first. What a job has reserved is never touched: its price was agreed.
struct ClawBack: Sendable, Hashable {
    let parts: [Reservation.Part]
    /// What is not there.
    let owed: Credits

    /// - Parameter lots: With what is available of each, the soonest to expire first.
    init(_ amount: Credits, of own: ID<Lot>, from lots: [Lot], now: Instant) {
        let open = lots.filter { $0.id == own }
            + lots.filter { lot in lot.id != own && lot.expiresAt.map { $0 > now } ?? true }
        let taken = min(amount, open.reduce(.zero) { $0 + $1.remaining })
        parts = Reservation.split(taken, over: open) ?? []
        owed = amount - taken
    }

    /// How much more than before is taken back for each reason, or less if it is negative. If one reason undoes a part
    /// of what the other asks for, what is left is for the other.
    ///
    /// - Parameter byRefunds: What was to be taken back in all if only refunds had changed.
    static func changes(
        from before: Credits, to target: Credits, byRefunds: Credits
    ) -> [(amount: Credits, reason: ClawBackReason)] {
        let (all, refund) = (target - before, byRefunds - before)
        let ofRefund = all > .zero ? min(max(refund, .zero), all) : max(min(refund, .zero), all)
        let changes: [(amount: Credits, reason: ClawBackReason)] = [(ofRefund, .refund), (all - ofRefund, .dispute)]
        return changes.filter { $0.amount != .zero }
    }
}

import SQL

/// The ledger's verbs for credits that money bought, and for money that went away again.
extension BillingStatements {
    /// Gives an account what it paid for, as a lot of its own; what it owes is paid out of it at once. The same key
    /// again is a `unique` error: ask `isBooked` first.
    func purchase(
        _ credits: Credits, as source: Lot.Source, for account: ID<Account>, key: String, expiresAt: Instant? = nil,
        now: Instant
    ) throws(DatabaseError) -> ID<Lot> {
        let lot = try transaction.ledger.grantLot(
            source, credits, to: account, key: key, expiresAt: expiresAt, now: now)
        try payDebts(of: account, from: lot, holding: credits, now: now)
        return lot
    }

    /// Takes credits of a purchase back. What is not there is owed from now on.
    func clawBack(
        _ amount: Credits, of purchase: Purchase, for reason: ClawBackReason, now: Instant
    ) throws(DatabaseError) {
        let key = LedgerKey.clawBackKey(of: purchase.id, reason, revision: purchase.revision + 1)
        let lots = try transaction.ledger.credits(of: [purchase.account])[purchase.account]?.lots ?? []
        let back = ClawBack(amount, of: purchase.lot, from: lots, now: now)
        if !back.parts.isEmpty {
            // Behind a refund that came with it: a history is in the order of its ids.
            let at = reason == .dispute ? now + .milliseconds(1) : now
            try takeBack(
                back.parts, to: purchase.source.lot.book, of: purchase.account, key: key, id: .make(at: at), now: now)
        }
        if back.owed > .zero { try owe(back.owed, for: purchase, key: key, now: now) }
    }

    /// The other way round: what is still owed for the purchase is forgiven, and the rest comes back as a lot of its
    /// own.
    func giveBack(
        _ amount: Credits, of purchase: Purchase, for reason: ClawBackReason, now: Instant
    ) throws(DatabaseError) {
        let key = LedgerKey.giveBackKey(of: purchase.id, reason, revision: purchase.revision + 1)
        var left = amount
        let debts = try openDebts(of: purchase.account).filter { $0.purchase == purchase.id }
        for (debt, forgiven) in debts.shares(of: amount) {
            try forgive(forgiven, of: debt, now: now)
            left -= forgiven
        }
        guard left > .zero else { return }
        let source = purchase.source.lot
        let expiresAt = try expiry(ofReturned: purchase.lot, now)
        let lot = try transaction.ledger.insertLot(source, left, of: purchase.account, expiresAt: expiresAt, now: now)
        let balance = try transaction.ledger.moveBalance(
            of: purchase.account, available: left, allocated: .zero, now: now)
        let id = ID<LedgerTransaction>.make(at: now)
        try transaction.ledger.insertEntries(
            id, 0, from: .house(source.book), to: .customer(.available, purchase.account, lot), left)
        try transaction.ledger.insertTransaction(
            id, .clawBack, key, purchase.account, job: nil, actor: nil, left, balance, now)
        try payDebts(of: purchase.account, from: lot, holding: left, now: now)
    }

    /// Each debt's payment is a line of its own, so that a history says where new credits went.
    private func payDebts(
        of account: ID<Account>, from lot: ID<Lot>, holding credits: Credits, now: Instant
    ) throws(DatabaseError) {
        for (place, (debt, paid)) in try openDebts(of: account).shares(of: credits).enumerated() {
            // Behind what it is paid from, and one behind the other: a history is in the order of its ids.
            try takeBack(
                [Reservation.Part(lot: lot, amount: paid)], to: debt.source.book, of: account,
                key: LedgerKey.debtKey(debt.id, paidFrom: lot), id: .make(at: now + .milliseconds(place + 1)), now: now)
            try pay(paid, of: debt, now: now)
        }
    }

    private func takeBack(
        _ parts: [Reservation.Part], to book: LedgerAccount, of account: ID<Account>, key: String,
        id: ID<LedgerTransaction>,
        now: Instant
    ) throws(DatabaseError) {
        let sum = parts.reduce(Credits.zero) { $0 + $1.amount }
        let balance = try transaction.ledger.moveBalance(of: account, available: -sum, allocated: .zero, now: now)
        for (position, part) in parts.enumerated() {
            try execute("UPDATE lots SET remaining = remaining - $2 WHERE id = $1", part.lot, part.amount)
            try transaction.ledger.insertEntries(
                id, 2 * position, from: .customer(.available, account, part.lot), to: .house(book), part.amount)
        }
        try transaction.ledger.insertTransaction(
            id, .clawBack, key, account, job: nil, actor: nil, -sum, balance, now)
    }

    /// As its own lot's; where that has expired, what comes back lives for seven more days.
    private func expiry(ofReturned lot: ID<Lot>, _ now: Instant) throws(DatabaseError) -> Instant? {
        guard let row = try queryOne("SELECT expires_at FROM lots WHERE id = $1", lot),
            let expiry = try row.get("expires_at", as: Instant?.self)
        else { return nil }
        return expiry > now ? expiry : now + .seconds(7 * 86_400)
    }
}

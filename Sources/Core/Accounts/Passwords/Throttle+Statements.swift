import SQL

extension AccountStatements {
    /// Counts one attempt under each of `throttles`, in their order, until one is used up: then returns when to retry,
    /// and the caller ends the transaction with an error, which undoes what was counted before.
    func count(_ throttles: [Throttle], now: Instant) throws(DatabaseError) -> Throttled? {
        for throttle in throttles {
            // Counted and checked in one statement: of two simultaneous attempts on two nodes, the second sees the
            // first.
            let counted = try execute("""
                INSERT INTO throttles (subject, count, window_ends_at) VALUES ($1, 1, $2)
                ON CONFLICT (subject) DO UPDATE SET
                    count = CASE WHEN throttles.window_ends_at <= $3 THEN 1 ELSE throttles.count + 1 END,
                    window_ends_at = CASE WHEN throttles.window_ends_at <= $3 THEN excluded.window_ends_at
                        ELSE throttles.window_ends_at END
                WHERE throttles.window_ends_at <= $3 OR throttles.count < $4
                """, throttle.subject, now + throttle.window, now, throttle.limit)
            if counted == 0 { return Throttled(retryAfter: try windowEnd(of: throttle, now: now) - now) }
        }
        return nil
    }

    /// Counts nothing. Returns when to retry if one of `throttles` is used up.
    func refusal(of throttles: [Throttle], now: Instant) throws(DatabaseError) -> Throttled? {
        for throttle in throttles {
            let row = try queryOne("""
                SELECT window_ends_at FROM throttles WHERE subject = $1 AND window_ends_at > $2 AND count >= $3
                """, throttle.subject, now, throttle.limit)
            if let row { return Throttled(retryAfter: try row.get("window_ends_at", as: Instant.self) - now) }
        }
        return nil
    }

    private func windowEnd(of throttle: Throttle, now: Instant) throws(DatabaseError) -> Instant {
        try queryOne("SELECT window_ends_at FROM throttles WHERE subject = $1", throttle.subject)?.get("window_ends_at")
            ?? now
    }

    /// Undoes one guess that was right. Its own network may guess again from the start: the person has proved who they
    /// are. The count of the address stays, since others may have made it.
    func giveBack(_ guess: GuessThrottles) throws(DatabaseError) {
        if let ofAddress = guess.ofAddress { try giveBack(ofAddress) }
        try clear(guess.ofAddressAndNetwork)
        try giveBack(guess.ofNetwork)
    }

    /// Forgets the wrong passwords for an address, from everywhere: it has another password now.
    func clearGuesses(of email: String) throws(DatabaseError) {
        let subject = Throttle.guessesSubject(of: email)
        // From the colon to what follows it in the order of bytes.
        try execute(
            "DELETE FROM throttles WHERE subject = $1 OR (subject >= $2 AND subject < $3)", subject, subject + ":",
            subject + ";")
    }

    private func clear(_ throttle: Throttle) throws(DatabaseError) {
        try execute("DELETE FROM throttles WHERE subject = $1", throttle.subject)
    }

    private func giveBack(_ throttle: Throttle) throws(DatabaseError) {
        try execute("UPDATE throttles SET count = count - 1 WHERE subject = $1 AND count > 0", throttle.subject)
    }

    /// Returns how many windows that have passed were removed.
    func deleteThrottles(endedBefore now: Instant, limit: Int) throws(DatabaseError) -> Int {
        try execute("""
            DELETE FROM throttles WHERE subject IN
                (SELECT subject FROM throttles WHERE window_ends_at <= $1
                    ORDER BY window_ends_at LIMIT $2 \(.skipLocked))
            """, now, limit)
    }
}

package import SQL

/// Records the end of expired lots. Nobody can pay with them meanwhile: spending checks the time itself, so this only
/// records what is already true.
package struct ExpireLots: Sendable {
    package static let name = "expire lots"

    private let database: Database
    private let time: Time
    private let batch: Int

    package init(database: Database, time: Time, batch: Int = 200) {
        self.database = database
        self.time = time
        self.batch = batch
    }

    /// Returns how many lots there were, all of which have ended. A failure with one account's lots does not prevent
    /// others' from ending, and is thrown at the end.
    @discardableResult
    package func runOnce() async throws -> Int {
        let now = time.now()
        var (expired, last, failure) = (0, ExpiredLot?.none, (any Error)?.none)
        while true {
            let page = try await database.read { [last, batch] in
                try $0.ledger.expiredLots(batch, after: last, now: now)
            }
            for account in Set(page.map(\.account)).sorted() {
                do { expired += try await expire(account, now) } catch { failure = error }
            }
            guard page.count == batch, let end = page.last else { break }
            last = end
        }
        if let failure { throw failure }
        return expired
    }

    private func expire(_ account: ID<Account>, _ now: Instant) async throws -> Int {
        try await database.write(of: account) { [batch] in
            try $0.ledger.expireLots(of: account, limit: batch, now: now)
        }
    }
}

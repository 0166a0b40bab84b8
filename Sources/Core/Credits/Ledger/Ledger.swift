import SQL

/// The credits of every account: what moves them, what limits them, and what proves them.
package struct Ledger: Sendable {
    let grantCredits: GrantCredits
    package let spendLimits: SpendLimits
    package let audit: LedgerCheck
    private let database: Database
    private let time: Time

    package init(_ platform: Platform) {
        database = platform.database
        time = platform.time
        grantCredits = GrantCredits(database: database, time: time)
        spendLimits = SpendLimits(database: database, time: time)
        audit = LedgerCheck(database)
    }

    var tasks: [ScheduledTask] {
        let expireLots = ExpireLots(database: database, time: time)
        return [
            ScheduledTask(ExpireLots.name, every: .seconds(60)) { try await expireLots.runOnce() },
            ScheduledTask("delete spend counters", every: .seconds(3600)) { [database, time] in
                let longAgo = time.now() - .seconds(62 * 86_400)
                _ = try await database.write(order: .alone) {
                    try $0.spendLimits.deleteSpendCounters(before: longAgo, limit: 1000)
                }
            },
        ]
    }
}

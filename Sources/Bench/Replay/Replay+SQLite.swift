import Core
import SQL

extension Replay {
    /// Runs the statements on an otherwise idle SQLite for `seconds`, with a synced commit every so many turns and
    /// nothing between them. Returns turns per second.
    func loop(
        on database: Database, _ accounts: BenchAccounts, seconds: Double, turnsPerCommit: Int
    ) async throws -> Double {
        // One closure for all, since between two of them a thread would have to be woken.
        try await database.write(order: .alone) { transaction in
            let begin = ContinuousClock.now
            var seqs = [Int64](repeating: 0, count: accounts.count)
            var turns = 0
            while ContinuousClock.now - begin < .seconds(seconds) {
                let number = turns % accounts.count
                seqs[number] += 1
                for step in steps {
                    try transaction.query(step.recorded.statement, values: step.values.map {
                        $0.value(number, turn: turns, accountSeq: seqs[number])
                    })
                }
                turns += 1
                guard turns % turnsPerCommit == 0 else { continue }
                try transaction.perform("COMMIT")
                try transaction.perform("BEGIN IMMEDIATE")
            }
            return Double(turns) / ((ContinuousClock.now - begin) / .seconds(1))
        }
    }
}

extension Replay.Value {
    fileprivate func value(_ number: Int, turn: Int, accountSeq: Int64) -> SQLValue {
        switch self {
        case .constant(let value): value
        case .accountSeq: .integer(accountSeq)
        case .pieces(let pieces): .text(pieces.map { $0.text(number, turn: turn) }.joined())
        }
    }
}

extension Replay.Piece {
    fileprivate func text(_ number: Int, turn: Int) -> String {
        switch self {
        case .text(let text): text
        case .account: BenchAccounts.accountPrefix + String(BenchAccounts.base + number)
        case .lot: BenchAccounts.lotPrefix + String(BenchAccounts.base + number)
        case .key: BenchAccounts.keyPrefix + String(BenchAccounts.base + number)
        case .fresh(let index): Replay.freshPrefix + String(BenchAccounts.base + turn * 16 + index)
        }
    }
}

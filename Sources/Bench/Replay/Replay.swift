import Core
import SQL

/// Recorded statements with what changed from one submission to the next taken out, so that they can run again and
/// again for other accounts: the product's own statements without the product.
struct Replay: Sendable {
    /// A piece of a value.
    enum Piece: Sendable, Hashable {
        case text(String)
        case account, lot, key
        /// An id that the product made: the first, the second, …
        case fresh(Int)
    }

    enum Value: Sendable, Hashable {
        case constant(SQLValue)
        case pieces([Piece])
        /// The account's next event, which the statement that locks the account returns.
        case accountSeq
    }

    struct Step: Sendable {
        let recorded: RecordedStatement
        let values: [Value]
        /// Whether it reads the account's last event.
        let locksAccount: Bool
    }

    let steps: [Step]
    /// What all fresh ids begin with: the recorded one's time, as if all were made in one instant.
    static let freshPrefix = "019f0000-0000-7000-8000-"

    /// - Parameters:
    ///   - number: The account that was recorded.
    ///   - accountSeq: Of the event that it wrote: a number that occurs nowhere else.
    ///   - constants: Ids that stay as they are.
    init(
        _ recorded: [RecordedStatement], of accounts: BenchAccounts, number: Int, accountSeq: Int64,
        keeping constants: [String] = [], dialect: Dialect
    ) {
        var known: [String: Piece] = [
            accounts.account(number).rawValue: .account, accounts.key(number).rawValue: .key,
            BenchAccounts.lotPrefix + String(BenchAccounts.base + number): .lot,
        ]
        for id in constants { known[id] = .text(id) }
        var fresh = 0
        steps = recorded.map { statement in
            let values = statement.values.map { value -> Value in
                switch value {
                case .integer(accountSeq): return .accountSeq
                case .text(let text):
                    let pieces = Replay.pieces(of: text, &known, &fresh)
                    return pieces.contains { if case .text = $0 { false } else { true } }
                        ? .pieces(pieces) : .constant(value)
                default: return .constant(value)
                }
            }
            let text = statement.statement.text(in: dialect)
            return Step(
                recorded: statement, values: values,
                locksAccount: text.contains("event_seq") && text.hasPrefix("SELECT"))
        }
    }

    private static func pieces(of text: String, _ known: inout [String: Piece], _ fresh: inout Int) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let range = rest.firstRange(of: /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/) {
            if range.lowerBound > rest.startIndex { pieces.append(.text(String(rest[..<range.lowerBound]))) }
            let id = String(rest[range])
            if known[id] == nil {
                known[id] = .fresh(fresh)
                fresh += 1
            }
            known[id].map { pieces.append($0) }
            rest = rest[range.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        return pieces
    }
}

import Core
import SQL

extension Replay {
    /// The statements as a script for `pgbench -M prepared`: one transaction, for an account by chance.
    func script(_ accounts: BenchAccounts) -> String {
        """
        \\set account random(\(BenchAccounts.base), \(BenchAccounts.base + accounts.count - 1))
        \\set turn :turn + 1
        \\set fresh \(BenchAccounts.base) + (:client_id * 100000000 + :turn) * 16
        BEGIN;
        \(steps.map { $0.script() }.joined(separator: "\n"))
        COMMIT;

        """
    }

    /// For reading, of the row that was recorded: each statement by itself, as one who reads needs no transaction.
    func readScript(of accounts: BenchAccounts, number: Int = 0) -> String {
        "\\set account \(BenchAccounts.base + number)\n"
            + steps.map { $0.script(isReading: true) }.joined(separator: "\n") + "\n"
    }
}

extension Replay.Step {
    fileprivate func script(isReading: Bool = false) -> String {
        let text = recorded.statement.text(in: .postgres)
        var script = ""
        var rest = text[...]
        while let range = rest.firstRange(of: /\$[0-9]+/) {
            script += rest[..<range.lowerBound]
            script +=
                Int(rest[range].dropFirst()).flatMap {
                    values.indices.contains($0 - 1) ? values[$0 - 1].expression : nil
                } ?? "NULL"
            rest = rest[range.upperBound...]
        }
        return script + rest + (locksAccount && !isReading ? " \\gset locked_" : ";")
    }
}

extension Replay.Value {
    fileprivate var expression: String {
        switch self {
        case .constant(.null): "NULL"
        case .constant(.integer(let integer)): integer < 0 ? "(\(integer))" : String(integer)
        case .constant(.text(let text)): Replay.literal(text)
        case .constant(.bytes(let bytes)):
            "'\\x" + bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() + "'"
        case .accountSeq: "(CAST(:locked_event_seq AS BIGINT) + 1)"
        case .pieces(let pieces): "(" + pieces.map(\.expression).joined(separator: " || ") + ")"
        }
    }
}

extension Replay.Piece {
    fileprivate var expression: String {
        switch self {
        case .text(let text): Replay.literal(text)
        case .account: "'\(BenchAccounts.accountPrefix)' || :account"
        case .lot: "'\(BenchAccounts.lotPrefix)' || :account"
        case .key: "'\(BenchAccounts.keyPrefix)' || :account"
        case .fresh(let index): "'\(Replay.freshPrefix)' || CAST(CAST(:fresh AS BIGINT) + \(index) AS TEXT)"
        }
    }
}

extension Replay {
    /// pgbench takes what follows a colon for a variable, inside a string too, so there is none.
    fileprivate static func literal(_ text: String) -> String {
        let escaped = text.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "'": result += "''"
            case ":": result += "\\x3a"
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
        return (escaped.contains("\\") ? "E'" : "'") + escaped + "'"
    }
}

import ArgumentParser
import Core
import SQL

/// `darkroom admin explain`
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explains a balance by its lots, and each lot by its ledger entries.", discussion: """
            The balance is computed from the ledger's entries, not from stored totals, for now or for an earlier time.

            Examples:
              darkroom admin explain ada@example.com
              darkroom admin explain ada@example.com --at 2026-11-21T05:03:49Z
            """)

    @Argument(help: "The email address of a user (for the user's personal account), or the id of any account.")
    var account: String
    @Option(help: """
        A time such as 2026-11-21T05:03:49Z, or a date such as 2026-11-21, meaning 00:00 UTC. Default: now.
        """)
    var at: String?
    @Option(help: "The number of entries to show for each lot, newest first.") var entries: Int = 20
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (0...10_000).contains(entries) else { throw ValidationError("--entries must be from 0 to 10000.") }
        guard at.map({ Instant(text: $0) != nil }) ?? true else {
            throw ValidationError("--at must be a time such as 2026-11-21T05:03:49Z, or a date such as 2026-11-21.")
        }
        guard ID<Account>(checking: account) != nil || EmailAddress(account) != nil else {
            throw ValidationError("'\(account)' is neither an email address nor an account id.")
        }
    }

    func run() async throws {
        let database = try await App.openExisting(try await Settings.read(flags: common.flags))
        let id = try await database.account(named: account)
        let instant = at.flatMap { Instant(text: $0) } ?? Time.system.now()
        let lines = try await database.read { [entries] transaction in
            guard try transaction.accounts.accountExists(id) else {
                throw Failure(.failed, "There is no account with the id '\(id)'.")
            }
            let explanation = try transaction.ledger.explanation(of: id, at: instant)
            return try text(explanation) + explanation.lots.flatMap { lot in
                let shown = try transaction.ledger.lotEntries(lot.id, of: id, at: instant, before: nil, limit: entries)
                    ?? []
                return text(lot) + text(shown) + rest(lot.entries)
            }
        }
        await database.close()
        say(lines.joined(separator: "\n"))
    }

    private func text(_ explanation: Explanation) -> [String] {
        [
            "\(account) at \(explanation.at.text)",
            "\(explanation.balance.available) available, \(explanation.balance.reserved) reserved, "
                + "in \(explanation.lots.count) \(explanation.lots.count == 1 ? "lot" : "lots")",
        ]
    }

    private func text(_ lot: Explanation.LotAccount) -> [String] {
        let expiry = lot.expiresAt.map { "expires \($0.text)" } ?? "does not expire"
        let used = [
            ("reserved", lot.reserved), ("captured", lot.captured), ("expired", lot.expired),
            ("taken back", lot.clawedBack), ("transferred", lot.moved),
        ]
            .filter { $0.1 != .zero }.map { ", \($0.1) \($0.0)" }.joined()
        return ["", "\(lot.id)  \(lot.source.rawValue) of \(lot.granted), \(expiry): \(lot.available) available\(used)"]
    }

    private func text(_ entries: [Explanation.LotEntry]) -> [String] {
        entries.map { entry in
            "  \(entry.createdAt.text)  \(entry.kind.rawValue)  \(entry.book.rawValue) \(entry.amount)"
                + (entry.job.map { "  job \($0)" } ?? "") + (entry.purchase.map { "  purchase \($0)" } ?? "")
        }
    }

    private func rest(_ count: Int) -> [String] {
        count > entries ? ["  … \(count) entries in total; use --entries to show more"] : []
    }
}

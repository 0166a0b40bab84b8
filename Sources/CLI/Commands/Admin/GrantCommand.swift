import ArgumentParser
import Core
import Foundation
import SQL

/// `darkroom admin grant`
struct GrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Gives an account credits, as a ledger entry of their own.",
        discussion: """
            With --key the same command books once, however often it runs: name the fact, such as an invoice.

            Examples:
              darkroom admin grant ada@example.com 100
              darkroom admin grant ada@example.com 25.50 --bonus --expires-in 30 --key apology-2026-05
            """)

    @Argument(help: "The e-mail address of a user, for their personal account, or the id of any account.")
    var account: String
    @Argument(help: "How many, with at most two decimals.") var credits: String
    @Option(name: .customLong("expires-in"), help: "Days until what is left of them expires. Without it they do not.")
    var expiresIn: Int?
    @Option(help: "Names what is booked; under one key it is booked once.") var key: String?
    @Flag(help: "Book them as a bonus instead of an adjustment.") var bonus = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard let amount = Credits(text: credits), amount > .zero, amount <= .whole(1_000_000_000) else {
            throw ValidationError("CREDITS is a number above 0 with at most two decimals, such as 100 or 25.50.")
        }
        guard expiresIn.map({ (1...36_500).contains($0) }) ?? true else {
            throw ValidationError("--expires-in is from 1 to 36500 days.")
        }
        guard key.map({ (1...200).contains($0.utf8.count) }) ?? true else {
            throw ValidationError("--key has 1 to 200 characters.")
        }
        guard ID<Account>(checking: account) != nil || EmailAddress(account) != nil else {
            throw ValidationError("'\(account)' is neither an e-mail address nor the id of an account.")
        }
    }

    func run() async throws {
        let database = try await App.openExisting(try await Settings.read(flags: common.flags))
        let id = try await database.account(named: account)
        let grant = GrantCredits.Grant(
            account: id, amount: Credits(text: credits) ?? .zero, source: bonus ? .bonus : .adjustment,
            lifetime: expiresIn.map { .seconds(Int64($0) * 86_400) }, key: key ?? UUID().uuidString.lowercased())
        do {
            switch try await GrantCredits(database: database, time: .system)(grant) {
            case .booked(let balance):
                say("""
                    Granted \(grant.amount) credits to \(account). Balance: \(balance.available) available, \
                    \(balance.reserved) reserved.
                    """)
            case .bookedBefore(let balance):
                say("""
                    Nothing changed: this key was booked before. Balance: \(balance.available) available, \
                    \(balance.reserved) reserved.
                    """)
            }
        } catch let refusal as GrantCredits.Refusal {
            throw Failure(.failed, sentence(for: refusal))
        }
        await database.close()
    }

    private func sentence(for refusal: GrantCredits.Refusal) -> String {
        switch refusal {
        case .noSuchAccount: "There is no account \(account)."
        case .amountNotPositive: "Only an amount above 0 can be granted."
        case .keyUsedOtherwise: """
            This key was booked before, for another account or another amount. Use a new key for a new fact.
            """
        }
    }
}

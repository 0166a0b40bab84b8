import ArgumentParser
import Core
import Foundation
import SQL

/// `darkroom admin grant`
struct GrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Grants credits to an account, as a transaction in the ledger.",
        discussion: """
            With --key, repeated runs of the same command grant the credits only once. Use a key that identifies the \
            reason, such as the number of an invoice.

            Examples:
              darkroom admin grant ada@example.com 100
              darkroom admin grant ada@example.com 25.50 --bonus --expires-in 30 --key apology-2026-05
            """)

    @Argument(help: "The email address of a user (for the user's personal account), or the id of any account.")
    var account: String
    @Argument(help: "The number of credits, with at most two decimals.") var credits: String
    @Option(
        name: .customLong("expires-in"),
        help: "The number of days until unused credits expire. Default: they do not expire.")
    var expiresIn: Int?
    @Option(help: "Identifies the grant; a grant with the same key is made only once.") var key: String?
    @Flag(help: "Record the grant as a bonus instead of an adjustment.") var bonus = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard let amount = Credits(text: credits), amount > .zero, amount <= .whole(1_000_000_000) else {
            throw ValidationError("<credits> must be a number above 0 with at most two decimals, such as 100 or 25.50.")
        }
        guard expiresIn.map({ (1...36_500).contains($0) }) ?? true else {
            throw ValidationError("--expires-in must be from 1 to 36500 days.")
        }
        guard key.map({ (1...200).contains($0.utf8.count) }) ?? true else {
            throw ValidationError("--key must have 1 to 200 characters.")
        }
        guard ID<Account>(checking: account) != nil || EmailAddress(account) != nil else {
            throw ValidationError("'\(account)' is neither an email address nor an account id.")
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
                    Nothing was changed: a grant with this key already exists. Balance: \(balance.available) \
                    available, \(balance.reserved) reserved.
                    """)
            }
        } catch let refusal as GrantCredits.Refusal {
            throw Failure(.failed, sentence(for: refusal))
        }
        await database.close()
    }

    private func sentence(for refusal: GrantCredits.Refusal) -> String {
        switch refusal {
        case .noSuchAccount: "There is no account with the id '\(account)'."
        case .amountNotPositive: "The amount of credits must be above 0."
        case .keyUsedOtherwise: """
            A grant with this key already exists, for a different account or a different amount. Use a new key.
            """
        }
    }
}

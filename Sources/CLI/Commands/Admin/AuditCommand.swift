import ArgumentParser
import Core
import SQL
import Web

/// `darkroom audit`: recomputes the books. Exits with 1 where something differs.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Recomputes every balance, lot and reservation, and reports the differences.",
        discussion: """
            The server may be running. Exit codes: 0 no difference, 1 a difference was found.

            With --books, the command compares each part of the books with its counterpart and shows a repair for \
            each mismatch: the ledger with the jobs, purchases with the events of Stripe, credits with the costs of \
            the providers. With --stripe, it also queries Stripe; it then needs the settings of the server, such as \
            STRIPE_SECRET_KEY.

            Examples:
              darkroom audit
              darkroom audit --books --stripe --from 2026-11-01 --to 2026-12-01
            """)

    @OptionGroup var common: CommonOptions
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Compare the parts of the books, and show repairs.") var books = false
    @Flag(help: "With --books: also compare purchases with the payments at Stripe.") var stripe = false
    @OptionGroup var period: PeriodOptions

    func validate() throws {
        guard books || (!stripe && !period.isGiven) else {
            throw ValidationError("--stripe, --from and --to require --books.")
        }
    }

    func run() async throws {
        if books { return try await reconcile() }
        let settings = try await Settings.read(flags: common.flags)
        let database = try await App.openExisting(settings)
        let report = try await LedgerCheck(database)()
        await database.close()
        say(json ? try jsonText(report) : text(report))
        if !report.isClean { throw ExitCode(1) }
    }

    private func reconcile() async throws {
        let settings = try await Settings.read(flags: common.flags)
        let period = try period.period(at: Time.system.now())
        let reconciliation = stripe ? try await readWithStripe(settings, period) : try await read(settings, period)
        say(json ? try JSON(ReconciliationBody(reconciliation)).text : ReconciliationText(reconciliation).text)
        if !reconciliation.isClean { throw ExitCode(1) }
    }

    private func readWithStripe(_ settings: Settings, _ period: ReconciliationPeriod) async throws -> Reconciliation {
        try await App.withBilling(settings) { database, billing in
            guard let billing else { throw Failure.paymentsOff }
            return try await Reconcile(database: database, billing: billing, time: .system)(period, withStripe: true)
        }
    }

    /// Of the database alone, so that it needs neither a server that runs nor a key that fits.
    private func read(_ settings: Settings, _ period: ReconciliationPeriod) async throws -> Reconciliation {
        let database = try await App.openExisting(settings)
        let reconciliation = try await Reconcile(
            database: database, environment: settings.stripeEnvironment, time: .system)(period)
        await database.close()
        return reconciliation
    }

    private func text(_ report: LedgerCheck.Report) -> String {
        var lines = report.checks.map { check in
            (check.differences.isEmpty ? "ok      " : "DIFFERS ") + check.rule
        }
        lines.append("\(report.transactions) transactions, \(report.entries) entries, \(report.checks.count) rules.")
        if let first = report.differences.first {
            lines.append("First difference: \(first)")
            lines += report.differences.dropFirst().map { "Also: \($0)" }
        } else {
            lines.append("The books balance.")
        }
        return lines.joined(separator: "\n")
    }

    private func jsonText(_ report: LedgerCheck.Report) throws -> String {
        let differences = report.differences.map { difference -> JSON in
            [
                "rule": .string(difference.rule), "subject": .string(difference.subject),
                "expected": .string(difference.expected),
             "found": .string(difference.found)]
        }
        return JSON.object([
            "clean": .bool(report.isClean), "transactions": .integer(Int64(report.transactions)),
            "entries": .integer(Int64(report.entries)), "rules": .integer(Int64(report.checks.count)),
            "differences": .array(differences),
        ]).text
    }
}

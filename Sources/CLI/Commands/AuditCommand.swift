import ArgumentParser
import Core
import SQL

/// `darkroom audit`: recomputes the books. Exits with 1 where something differs.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Recomputes every balance, lot and reservation and names what differs.",
        discussion: "Safe beside a running server. Exits with 0 when everything holds, with 1 when something differs.")

    @OptionGroup var common: CommonOptions
    @Flag(help: "Answer as JSON.") var json = false

    func run() async throws {
        let settings = try await Settings.read(flags: common.flags)
        let database = try await App.openExisting(settings)
        let report = try await Audit(database)()
        await database.close()
        say(json ? try jsonText(report) : text(report))
        if !report.isClean { throw ExitCode(1) }
    }

    private func text(_ report: Audit.Report) -> String {
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

    private func jsonText(_ report: Audit.Report) throws -> String {
        let differences = report.differences.map { difference -> JSON in
            ["rule": .string(difference.rule), "subject": .string(difference.subject), "expected": .string(difference.expected),
             "found": .string(difference.found)]
        }
        return JSON.object([
            "clean": .bool(report.isClean), "transactions": .integer(Int64(report.transactions)),
            "entries": .integer(Int64(report.entries)), "rules": .integer(Int64(report.checks.count)),
            "differences": .array(differences),
        ]).text
    }
}

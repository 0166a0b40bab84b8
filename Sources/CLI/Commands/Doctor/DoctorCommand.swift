import ArgumentParser
import AsyncHTTPClient
import Core
import Foundation

/// `darkroom doctor`: says what is wrong and what to do about it.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks the settings, data folder, database, files, provider, clock and public URL.", discussion: """
            The server may be running. The command changes nothing and sends no work to a provider. Use the same \
            settings as for the server, such as FAL_KEY; the command finds the address of the server by itself. Exit \
            codes: 0 no problem, 1 a problem was found.

            Examples:
              darkroom doctor
              FAL_KEY=… darkroom doctor --data /var/lib/darkroom --json
            """)

    @OptionGroup var common: CommonOptions
    @Option(name: .customLong("public-url"), help: "The URL at which clients and providers reach the server.")
    var publicURL: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let findings = try await findings()
        let problems = findings.count { $0.status == .problem }
        if json {
            say(try JSON(Report(healthy: problems == 0, checks: findings)).text)
        } else {
            for finding in findings { say(finding.text) }
            let warnings = findings.count { $0.status == .warning }
            say("\n" + Finding.summary(problems: problems, warnings: warnings))
        }
        if problems > 0 { throw ExitCode(Failure.Code.failed.rawValue) }
    }

    private struct Report: Encodable {
        let healthy: Bool
        let checks: [Finding]
    }

    private func findings() async throws -> [Finding] {
        let settings: Settings
        do {
            var flags = common.flags
            flags["public.url"] = publicURL
            settings = try await Settings.read(flags: flags)
        } catch let error as SettingsProblems {
            return error.problems.map {
                .problem("settings", $0, "Correct the setting. Until then nothing else is checked.")
            }
        }
        var outgoing = HTTPClient.Configuration(redirectConfiguration: .disallow)
        outgoing.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: outgoing)
        let findings = await Doctor(settings: settings, client: client, time: .system)()
        try await client.shutdown()
        return findings
    }
}

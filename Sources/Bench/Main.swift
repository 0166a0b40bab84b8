import ArgumentParser
#if canImport(CMalloc)
import CMalloc
#endif
import Core
import Foundation
import SQL
import TestSupport

/// `darkroom-bench`: starts what it needs, measures, and prints each figure beside its floor or its peer.
@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "darkroom-bench", abstract: "Measures darkroom on this machine.",
        usage: "darkroom-bench [<benchmark> ...] [<options>]",
        discussion: """
            Each figure is reported with a baseline or a peer from the same run. Figures of different runs are not \
            comparable. Run nothing else at the same time. The command uses a temporary folder, the darkroom in its \
            own folder, and a temporary PostgreSQL or the one in DARKROOM_BENCH_POSTGRES. A missed goal is reported \
            and is not an error.

            Examples:
              darkroom-bench
              darkroom-bench submit status --engine sqlite --seconds 4
              darkroom-bench --json bench.json --markdown bench.md
              darkroom-bench --print-sql > submit.pgbench
            """)

    /// What a measurement runs in processes of their own. They are not subcommands, since the parser would take their
    /// names for those of benchmarks.
    private static let helpers: [String: any AsyncParsableCommand.Type] = [
        "load": LoadCommand.self, "streams": StreamsCommand.self, "echo": EchoCommand.self,
    ]

    @Argument(help: ArgumentHelp(
        "What to measure: \(Benchmark.allCases.map(\.rawValue).joined(separator: ", ")). Default: all.",
        valueName: "benchmark"))
    var names: [Benchmark] = []
    @Option(help: "Also write all results as JSON to this file.") var json: String?
    @Option(help: "Also write the table for docs/performance.md to this file.") var markdown: String?
    @Option(help: "The duration of each load, in seconds.") var seconds = 8
    @Option(help: "The databases to measure: sqlite, postgres or both.") var engine = BenchEngineChoice.both
    @Flag(help: "Also measure the peers in Benchmarks/peers.") var peers = false
    @Flag(help: "Print the statements of one submission as a pgbench script, and exit.") var printSql = false
    @Option(help: "The number of jobs in the full database of 'growth'.") var growthJobs = 1_000_000
    @Option(help: "The number of open streams of 'events'.") var streams = 10_000

    static func main() async {
        keepFreedMemory()
        do {
            let arguments = CommandLine.arguments.dropFirst()
            var command =
                if let helper = arguments.first.flatMap({ helpers[$0] }) {
                    try helper.parseAsRoot(Array(arguments.dropFirst()))
                } else {
                    try parseAsRoot()
                }
            // What is not asynchronous is the parser's own, such as help, and so is what it throws.
            guard var ours = command as? any AsyncParsableCommand else { return try command.run() }
            do {
                try await ours.run()
            } catch {
                let failure = Failure(explaining: error)
                complain("darkroom-bench: \(failure.message)")
                Foundation.exit(failure.code.rawValue)
            }
        } catch {
            // Help is no failure. What cannot be understood exits with 2, as it does in a shell.
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            complain(fullMessage(for: error))
            Foundation.exit(Failure.Code.usage.rawValue)
        }
    }

    /// As `darkroom` does itself, so that the echo beside it is measured alike.
    private static func keepFreedMemory() {
        #if canImport(CMalloc)
        mallopt(M_TRIM_THRESHOLD, 32 << 20)
        mallopt(M_MMAP_THRESHOLD, 4 << 20)
        #endif
    }

    func validate() throws {
        guard (1...600).contains(seconds) else { throw ValidationError("--seconds must be from 1 to 600.") }
        guard (1000...10_000_000).contains(growthJobs) else {
            throw ValidationError("--growth-jobs must be from 1000 to 10000000.")
        }
        guard (100...100_000).contains(streams) else { throw ValidationError("--streams must be from 100 to 100000.") }
    }

    func run() async throws {
        let options = BenchRun.Options(
            seconds: seconds, engines: printSql ? [.postgres] : engine.engines, withPeers: peers,
            growthJobs: growthJobs, streams: streams)
        OpenFiles.raiseLimit()
        // Before anything is started for it.
        _ = try Programs.darkroom
        try await BenchRun.with(options) { run in
            if printSql { return try await printScript(run) }
            say(BenchReport.line(BenchReport.columns))
            for benchmark in names.isEmpty ? Benchmark.allCases : names { try await measure(benchmark, run) }
            try await write(run)
        }
    }

    private func measure(_ benchmark: Benchmark, _ run: BenchRun) async throws {
        switch benchmark {
        case .submit: try await SubmitBench(run: run)()
        case .status: try await StatusBench(run: run)()
        case .claim: try await ClaimBench(run: run)()
        case .start: try await StartBench(run: run)()
        case .lifecycle: try await LifecycleBench(run: run)()
        case .events: try await EventsBench(run: run)()
        case .growth: try await GrowthBench(run: run)()
        case .thumbnails: try await ThumbnailBench(run: run)()
        case .lists: try await ListsBench(run: run)()
        case .files: try await FilesBench(run: run)()
        }
    }

    private func write(_ run: BenchRun) async throws {
        let report = BenchReport(
            commit: await run.commit(), at: Time.system.now().text, seconds: seconds,
            machine: .read(versions: await run.versions()), rows: run.found)
        if let json { try report.json.write(toFile: json, atomically: true, encoding: .utf8) }
        if let markdown { try (report.markdown + "\n").write(toFile: markdown, atomically: true, encoding: .utf8) }
    }

    private func printScript(_ run: BenchRun) async throws {
        let bed = try await run.bed(.postgres)
        let recorder = try await Recorder(bed)
        let replay = try await recorder.submission()
        await recorder.database.close()
        say("-- pgbench \(BenchRun.pgbenchArguments(16, seconds).joined(separator: " ")) -f FILE DATABASE")
        say("-- DATABASE: as 'darkroom-bench' fills it, with \(bed.accounts.count) accounts.")
        say(replay.script(bed.accounts))
    }
}

import ArgumentParser
import Core
import Foundation
import SQL

/// `darkroom bench`: starts what it needs, measures, and prints each figure beside its floor or its peer.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures this program on this machine.",
        discussion: """
            Each figure stands beside its floor or a peer, measured in the same run: figures of two runs are not comparable, \
            and nothing else should run meanwhile. It works in a temporary folder, with a PostgreSQL of its own or the one \
            that DARKROOM_BENCH_POSTGRES names. A goal that is missed is said, and is no error.

            Examples:
              darkroom bench
              darkroom bench submit status --engine sqlite --seconds 4
              darkroom bench --json bench.json --markdown bench.md
              darkroom bench --print-sql > submit.pgbench
            """)

    @Argument(help: "What to measure: \(Bench.allCases.map(\.rawValue).joined(separator: ", ")). Default: all.") var names: [Bench] = []
    @Option(help: "Also write everything as JSON, to this file.") var json: String?
    @Option(help: "Also write the table for docs/performance.md, to this file.") var markdown: String?
    @Option(help: "How long each load lasts.") var seconds = 8
    @Option(help: "Which databases: sqlite, postgres or both.") var engine = BenchEngineChoice.both
    @Flag(help: "Measure the peers of Benchmarks/peers too.") var peers = false
    @Flag(help: "Print what one submission runs as a script for pgbench, and end.") var printSql = false
    @Option(help: "Jobs in the full database of 'growth'.") var growthJobs = 1_000_000
    @Option(help: "Open streams of 'events'.") var streams = 10_000

    func validate() throws {
        guard (1...600).contains(seconds) else { throw ValidationError("--seconds is from 1 to 600.") }
        guard (1000...10_000_000).contains(growthJobs) else { throw ValidationError("--growth-jobs is from 1000 to 10000000.") }
        guard (100...100_000).contains(streams) else { throw ValidationError("--streams is from 100 to 100000.") }
    }

    func run() async throws {
        let options = BenchRun.Options(
            seconds: seconds, engines: printSql ? [.postgres] : engine.engines, withPeers: peers, growthJobs: growthJobs, streams: streams)
        OpenFiles.raiseLimit()
        try await BenchRun.with(options) { run in
            if printSql { return try await printScript(run) }
            say(BenchReport.line(BenchReport.columns))
            for bench in names.isEmpty ? Bench.allCases : names { try await measure(bench, run) }
            try await write(run)
        }
    }

    private func measure(_ bench: Bench, _ run: BenchRun) async throws {
        switch bench {
        case .submit: try await SubmitBench(run: run)()
        case .status: try await StatusBench(run: run)()
        case .claim: try await ClaimBench(run: run)()
        case .start: try await StartBench(run: run)()
        case .lifecycle: try await LifecycleBench(run: run)()
        case .events: try await EventsBench(run: run)()
        case .growth: try await GrowthBench(run: run)()
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
        let recorder = try Recorder(bed)
        let replay = try await recorder.submission()
        await recorder.database.close()
        say("-- pgbench \(BenchRun.pgbenchArguments(16, seconds).joined(separator: " ")) -f FILE DATABASE")
        say("-- DATABASE: as 'darkroom bench' fills it, with \(bed.accounts.count) accounts.")
        say(replay.script(bed.accounts))
    }
}

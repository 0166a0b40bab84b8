import Core
import Foundation
import SQL
import TestSupport

/// The same work on a small database and on one with a million jobs, turn by turn, so that both have the same machine.
struct GrowthBench {
    let run: BenchRun

    private static let rounds = 4
    /// So that a list has something to show on the small database too.
    private static let fewJobs = 20

    private struct LoadedBed {
        let bed: BenchBed
        let jobs: BulkJobs
        let database: Database
        let server: BenchRun.Server
    }

    /// Microseconds of each turn.
    private struct Times {
        var small: [Double] = []
        var full: [Double] = []
    }

    func callAsFunction() async throws {
        for engine in run.options.engines {
            let small = try await side(engine, jobsPerAccount: Self.fewJobs)
            let full = try await side(
                engine, jobsPerAccount: max(Self.fewJobs, run.options.growthJobs / (small.bed.accounts.count - 1)))
            try await claims(engine, small, full)
            for (name, status, requests) in loads {
                var times = Times()
                for _ in 1...Self.rounds {
                    times.small.append(try await time(small, requests(small), status))
                    times.full.append(try await time(full, requests(full), status))
                }
                add(engine, name, small, full, times)
            }
            for side in [small, full] {
                await side.server.child.stop()
                await side.database.close()
            }
        }
    }

    private func side(_ engine: BenchEngine, jobsPerAccount: Int) async throws -> LoadedBed {
        let bed = try await run.bed(engine)
        let recorder = try await Recorder(bed)
        // What a job looks like, the product says itself; the last account has this one alone.
        let sample = try await recorder.submit(of: bed.accounts.count - 1)
        await recorder.database.close()
        let jobs = BulkJobs(
            accounts: bed.accounts.count - 1, perAccount: jobsPerAccount, sample: sample.id, engine: engine)
        run.note("growth on \(engine.rawValue): \(jobs.count) jobs with \(jobs.entries) entries")
        let database = try bed.open()
        try await jobs.load(into: database) { run.note("growth on \(engine.rawValue): \($0) jobs inserted") }
        let differences = try await LedgerCheck(database)().differences
        guard differences.isEmpty else { throw Failure(.failed, "The loaded books do not balance: \(differences[0])") }
        return LoadedBed(bed: bed, jobs: jobs, database: database, server: try await run.serve(bed))
    }

    private var loads: [(name: String, status: Int, requests: (LoadedBed) -> [String])] {
        [
            ("status", 200, { side in
                (0..<10_000).map { _ in
                    let number = Int.random(in: 0..<side.jobs.count)
                    return RawRequest.get(
                        "/api/jobs/\(side.jobs.id(number))",
                        key: side.bed.accounts.secret(side.jobs.account(number)))
                }
            }),
            (
                "list", 200,
                { side in
                    side.jobs.accountNumbers.map { RawRequest.get("/api/jobs", key: side.bed.accounts.secret($0)) }
                }
            ),
            ("balance", 200, { side in
                side.jobs.accountNumbers.map {
                    RawRequest.get("/api/credits/balance", key: side.bed.accounts.secret($0))
                }
            }),
            ("submit", 202, { side in
                side.jobs.accountNumbers.map {
                    RawRequest.post("/api/generate", key: side.bed.accounts.secret($0), body: SubmitBench.body)
                }
            }),
        ]
    }

    /// Microseconds a request.
    private func time(_ side: LoadedBed, _ requests: [String], _ status: Int) async throws -> Double {
        let seconds = max(0.5, Double(run.options.seconds) / Double(Self.rounds))
        let load = try await run.load(side.server.port, requests, expecting: status, seconds: seconds, warmUp: 0.5)
        return 1_000_000 / load.perSecond(status)
    }

    private func claims(_ engine: BenchEngine, _ small: LoadedBed, _ full: LoadedBed) async throws {
        let jobs = 500 * run.options.seconds / Self.rounds
        var times = Times()
        for _ in 1...Self.rounds {
            for side in [small, full] {
                let world = try await NoOpWorld(database: side.database, accounts: side.bed.accounts)
                try await world.submit(jobs)
                let time = 1_000_000 / (try await world.workOff(jobs))
                if side.server.port == small.server.port { times.small.append(time) } else { times.full.append(time) }
            }
        }
        add(engine, "claim", small, full, times)
    }

    /// Of each side's quickest turn, which other work on the machine disturbed least.
    private func add(_ engine: BenchEngine, _ name: String, _ small: LoadedBed, _ full: LoadedBed, _ times: Times) {
        run.add(BenchRow(
            .growth, engine, "\(name) at \(BenchRow.text(Double(full.jobs.count))) jobs", times.full.min(), "µs",
            beside: times.small.min().map { .init(name: "at \(BenchRow.text(Double(small.jobs.count)))", value: $0) },
            goal: .ratio(.atMost, 1.2)))
    }
}

import Core
import Foundation
import SQL
import TestSupport

/// Jobs from their hand-over to a stored, paid output, with a provider in a process of its own that responds at once
/// with a file of 10 KB and sends signed webhooks.
struct LifecycleBench {
    let run: BenchRun

    func callAsFunction() async throws {
        for engine in run.options.engines {
            let bed = try await run.bed(engine)
            let jobs = 200 * run.options.seconds
            run.note("lifecycle on \(engine.rawValue): \(jobs) jobs wait for a worker")
            let database = try bed.open()
            try await NoOpWorld(database: database, accounts: bed.accounts).submit(jobs)
            let sandbox = try await sandbox()
            let server = try await serve(bed, sandbox)
            try await waitForEnd(database)
            let busy = try await JobTimes.read(database, sandboxFolder: sandbox.folder)
            try await submitSlowly(server, bed)
            try await waitForEnd(database)
            let all = try await JobTimes.read(database, sandboxFolder: sandbox.folder)
            await server.child.stop()
            await sandbox.server.child.stop()
            await database.close()
            try report(engine, busy, Array(all.dropFirst(busy.count)), jobs)
        }
    }

    private struct Sandbox {
        let server: BenchRun.Server
        let folder: String
    }

    private func sandbox() async throws -> Sandbox {
        let folder = run.file("sandbox")
        let port = try await FreePorts.block()
        let server = try await run.start(
            Programs.darkroom,
            [
                "sandbox", "--fixed-output", "--duration", "0", "--concurrency", "1000", "--port", "\(port)", "--data",
                folder,
            ],
            port: port, path: "/.well-known/jwks.json")
        return Sandbox(server: server, folder: folder)
    }

    private func serve(_ bed: BenchBed, _ sandbox: Sandbox) async throws -> BenchRun.Server {
        try await run.serve(bed, [], environment: ["DARKROOM_SANDBOX_URL": "http://127.0.0.1:\(sandbox.server.port)"])
    }

    private func waitForEnd(_ database: Database) async throws {
        let begin = ContinuousClock.now
        let alive: Statement = "SELECT 1 AS one FROM jobs WHERE ended_at IS NULL LIMIT 1"
        while try await database.read({ try $0.queryOne(alive) }) != nil {
            try await Time.system.sleep(.milliseconds(100))
            guard ContinuousClock.now - begin < .seconds(300) else {
                throw Failure(.failed, "The jobs did not end within five minutes.")
            }
        }
    }

    /// Twenty a second: what one job takes where none waits for another.
    private func submitSlowly(_ server: BenchRun.Server, _ bed: BenchBed) async throws {
        run.note("lifecycle on \(bed.engine.rawValue): twenty jobs a second")
        for number in 0..<(20 * run.options.seconds) {
            let secret = bed.accounts.secret(number % bed.accounts.count)
            try await run.post("/api/generate", port: server.port, key: secret, body: SubmitBench.body)
            try await Time.system.sleep(.milliseconds(50))
        }
    }

    private func report(_ engine: BenchEngine, _ busy: [JobTimes], _ slow: [JobTimes], _ jobs: Int) throws {
        guard busy.count == jobs, slow.count == 20 * run.options.seconds, let first = busy.map(\.claimed).min(),
            let last = busy.map(\.ended).max(), last > first
        else { throw Failure(.failed, "Not all jobs completed: \(busy.count) of \(jobs), then \(slow.count).") }
        run.add(BenchRow(
            .lifecycle, engine, "handed over, stored and captured", Double(jobs) * 1000 / Double(last - first), "/s",
            goal: .value(.atLeast, 300)))
        let waits = slow.map { Double($0.ended - $0.finished) }.sorted()
        run.add(BenchRow(.lifecycle, engine, "provider's finish to completed, middle", waits[waits.count / 2], "ms"))
        run.add(BenchRow(
            .lifecycle, engine, "provider's finish to completed, 99 of 100", waits[waits.count * 99 / 100], "ms"))
        for (name, jobs) in [("while busy", busy), ("one by one", slow)] {
            run.add(BenchRow(
                .lifecycle, engine, "share of each step, \(name)",
                jobs.map { Double($0.ended - $0.claimed) }.reduce(0, +) / Double(jobs.count),
                "ms", note: JobTimes.shares(of: jobs)))
        }
    }
}

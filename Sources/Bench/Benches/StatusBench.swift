import Core
import SQL
import TestSupport

/// `GET /api/jobs/{id}` with an API key, of queued jobs of a thousand accounts.
struct StatusBench {
    let run: BenchRun

    func callAsFunction() async throws {
        let echo = try await echoRate()
        for engine in run.options.engines {
            run.note("status on \(engine.rawValue)")
            let bed = try await run.bed(engine)
            let recorder = try await Recorder(bed)
            var jobs: [Job] = []
            for number in 0..<bed.accounts.count { jobs.append(try await recorder.submit(of: number)) }
            let replay = try await recorder.status(of: jobs[0].id)
            await recorder.database.close()

            let server = try await run.serve(bed)
            let requests = jobs.enumerated().map {
                RawRequest.get("/api/jobs/\($0.element.id)", key: bed.accounts.secret($0.offset))
            }
            let load = try await run.load(server.port, requests, expecting: 200)
            await server.child.stop()
            let rate = load.perSecond(200)
            run.add(BenchRow(
                .status, engine, "GET /api/jobs/{id}", rate, "/s", beside: .init(name: "bare echo", value: echo),
                goal: engine == .sqlite ? .ratio(.atLeast, 0.4) : nil))
            if engine == .postgres {
                let read = try await run.pgbench(replay.readScript(of: bed.accounts), on: bed)
                run.add(BenchRow(
                    .status, engine, "GET /api/jobs/{id}", rate, "/s",
                    beside: .init(name: "its \(replay.steps.count) statements in pgbench -c 16", value: read),
                    goal: .ratio(.atLeast, 0.7)))
            }
            run.add(BenchRow(.status, engine, "answered within, 99 of 100", load.p99, "ms"))
        }
    }

    private func echoRate() async throws -> Double {
        run.note("status: the bare echo")
        let server = try await run.echo()
        let load = try await run.load(server.port, [RawRequest.get("/constant")], expecting: 200)
        await server.child.stop()
        return load.perSecond(200)
    }
}

import Core
import SQL
import TestSupport

/// `POST /api/generate` with an API key, each response durable; beside the statements alone, a server that does
/// nothing, and the same as other people write it.
struct SubmitBench {
    let run: BenchRun

    static let body = #"{"kind":"text_to_image","prompt":"a red dress in a park"}"#

    func callAsFunction() async throws {
        let echo = try await echoRate()
        let peers = try await run.options.withPeers ? Peers(run).submit() : [:]
        for engine in run.options.engines {
            let bare = try await bareRates(engine)
            run.note("submit on \(engine.rawValue): the server, with \(BenchRun.clients) clients")
            let load = try await serverLoad(engine)
            let rate = load.perSecond(202)
            for (beside, goal) in bare {
                run.add(BenchRow(.submit, engine, "POST /api/generate", rate, "/s", beside: beside, goal: goal))
            }
            run.add(BenchRow(
                .submit, engine, "POST /api/generate", rate, "/s", beside: .init(name: "bare echo", value: echo)))
            addPeers(engine, load, peers)
        }
    }

    static func requests(_ accounts: BenchAccounts) -> [String] {
        (0..<accounts.count).map { RawRequest.post("/api/generate", key: accounts.secret($0), body: body) }
    }

    private func echoRate() async throws -> Double {
        run.note("submit: the bare echo")
        let server = try await run.echo()
        let load = try await run.load(server.port, [RawRequest.post("/echo", body: Self.body)], expecting: 200)
        await server.child.stop()
        return load.perSecond(200)
    }

    /// The statements of one submission, alone.
    private func bareRates(_ engine: BenchEngine) async throws -> [(BenchRow.Beside, BenchRow.Goal?)] {
        let recorded = try await run.bed(engine)
        let recorder = try await Recorder(recorded)
        let replay = try await recorder.submission()
        await recorder.database.close()
        run.note("submit on \(engine.rawValue): the \(replay.steps.count) statements of a submission alone")
        if engine == .postgres {
            // A few clients leave it the processor, many share its commits: the better of both is the floor.
            var best = BenchRow.Beside(name: "", value: 0)
            for clients in [16, BenchRun.clients] {
                let bed = try await run.bed(engine)
                let rate = try await run.pgbench(replay.script(bed.accounts), on: bed, clients: clients)
                if rate > best.value { best = .init(name: "its statements in pgbench -c \(clients)", value: rate) }
            }
            return [(best, .ratio(.atLeast, 1))]
        }
        return [
            (
                .init(name: "bare loop, 32 to a commit", value: try await loop(replay, turnsPerCommit: 32)),
                .ratio(.atLeast, 0.6)
            ),
            (.init(name: "bare loop, a commit each", value: try await loop(replay, turnsPerCommit: 1)), nil),
        ]
    }

    private func loop(_ replay: Replay, turnsPerCommit: Int) async throws -> Double {
        let bed = try await run.bed(.sqlite)
        let database = try bed.open()
        let rate = try await replay.loop(
            on: database, bed.accounts, seconds: Double(run.options.seconds), turnsPerCommit: turnsPerCommit)
        await database.close()
        return rate
    }

    private func serverLoad(_ engine: BenchEngine) async throws -> LoadResult {
        let bed = try await run.bed(engine)
        let server = try await run.serve(bed)
        let load = try await run.load(server.port, Self.requests(bed.accounts), expecting: 202)
        await server.child.stop()
        return load
    }

    private func addPeers(_ engine: BenchEngine, _ load: LoadResult, _ peers: [Peers.Name: LoadResult]) {
        let fastAPI = peers[.fastAPI], django = peers[.django]
        let rate = load.perSecond(202)
        run.add(BenchRow(
            .submit, engine, "POST /api/generate", rate, "/s",
            beside: fastAPI.map { .init(name: "FastAPI + asyncpg", value: $0.perSecond(202)) },
            goal: engine == .postgres ? .ratio(.atLeast, 3) : nil, note: fastAPI == nil ? Peers.missing : nil))
        run.add(BenchRow(
            .submit, engine, "POST /api/generate", rate, "/s",
            beside: django.map { .init(name: "Django REST", value: $0.perSecond(202)) },
            note: django == nil ? Peers.missing : nil))
        run.add(BenchRow(.submit, engine, "answered within, the middle one", load.p50, "ms"))
        run.add(BenchRow(
            .submit, engine, "answered within, 99 of 100", load.p99, "ms",
            beside: fastAPI.map { .init(name: "FastAPI, the middle one", value: $0.p50) },
            goal: engine == .postgres ? .ratio(.atMost, 1) : nil, note: fastAPI == nil ? Peers.missing : nil))
    }
}

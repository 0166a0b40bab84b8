import Core
import SQL

/// No-op jobs through claim, attempt and settlement, by one worker, without HTTP.
struct ClaimBench {
    let run: BenchRun

    func callAsFunction() async throws {
        let peers = try await run.options.withPeers ? Peers(run).queues() : [:]
        for engine in run.options.engines {
            let jobs = 1500 * run.options.seconds
            let bed = try await run.bed(engine)
            let database = try bed.open()
            run.note("claim on \(engine.rawValue): submitting \(jobs) jobs")
            let world = try await NoOpWorld(database: database, accounts: bed.accounts)
            try await world.submit(jobs)
            run.note("claim on \(engine.rawValue): processing the jobs")
            let rate = try await world.workOff(jobs)
            try await world.check(jobs)
            await database.close()
            try await addCosts(engine)
            let rows: [(Peers.Queue, Double?)] = [
                (.bullMQ, engine == .sqlite ? 5000 : nil), (.procrastinate, engine == .postgres ? 3000 : nil),
            ]
            for (peer, goal) in rows {
                run.add(BenchRow(
                    .claim, engine, "no-op jobs claimed, attempted, settled", rate, "/s",
                    beside: peers[peer].map { .init(name: peer.rawValue, value: $0) },
                    goal: goal.map { .value(.atLeast, $0) },
                    note: peers[peer] == nil ? "\(peer.rawValue): \(Peers.missing)" : nil))
            }
        }
    }

    /// What one job alone makes the database do.
    private func addCosts(_ engine: BenchEngine) async throws {
        let bed = try await run.bed(engine)
        let recorder = try await Recorder(bed)
        let world = try await NoOpWorld(database: recorder.database, accounts: bed.accounts)
        // Once before it counts, since the catalog is read and the provider's row is made.
        try await world.submit(1)
        try await world.workOnce()
        _ = recorder.engine.take()
        try await world.submit(1)
        add(engine, "statements of a submission, alone", recorder.engine.take())
        try await world.workOnce()
        add(engine, "statements from claim to settlement, alone", recorder.engine.take())
        try await world.check(2)
        await recorder.database.close()
    }

    private func add(_ engine: BenchEngine, _ what: String, _ recording: Recording) {
        run.add(BenchRow(
            .claim, engine, what, Double(recording.statements.count), "",
            note: "\(recording.roundTrips) round trips, \(recording.commits) commits"))
    }
}

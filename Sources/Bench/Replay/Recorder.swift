import Core
import Foundation
import Logging
import SQL

/// Has the product do one thing and records the statements that it runs.
struct Recorder: Sendable {
    let database: Database
    let engine: RecordingEngine
    private let accounts: BenchAccounts
    private let submitJob: SubmitJob

    static let request = JobRequest(kind: "text_to_image", parameters: ["prompt": "a red dress in a park"])

    init(_ bed: BenchBed) async throws {
        try await self.init(try bed.open(), bed.accounts)
    }

    init(_ real: Database, _ accounts: BenchAccounts) async throws {
        engine = RecordingEngine(real.engine)
        database = Database(engine)
        self.accounts = accounts
        submitJob = try await Darkroom.benchmark(database).jobs.submit
    }

    /// What one submission runs.
    func submission(of number: Int = 0) async throws -> Replay {
        let account = accounts.account(number)
        // A number that occurs nowhere else, so that it is found again among the values.
        let seq: Int64 = 7_000_000_000
        try await database.write(order: .alone) {
            _ = try $0.execute("UPDATE accounts SET event_seq = $2 WHERE id = $1", account, seq)
        }
        _ = try await submitJob([Recorder.request], by: accounts.actor(number))
        _ = engine.take()
        _ = try await submitJob([Recorder.request], by: accounts.actor(number))
        return replay(number, accountSeq: seq + 2)
    }

    /// What one look at a job runs.
    func status(of job: ID<Job>, number: Int = 0) async throws -> Replay {
        _ = engine.take()
        _ = try await database.read { [account = accounts.account(number)] in
            try $0.jobs.details(of: job, account: account)
        }
        return replay(number, accountSeq: -1, keeping: [job.rawValue])
    }

    func submit(of number: Int) async throws -> Job {
        guard case .submitted(let jobs) = try await submitJob([Recorder.request], by: accounts.actor(number)),
            let job = jobs.first
        else { throw Failure(.failed, "A job was not accepted.") }
        return job
    }

    private func replay(_ number: Int, accountSeq: Int64, keeping constants: [String] = []) -> Replay {
        Replay(
            engine.take().statements, of: accounts, number: number, accountSeq: accountSeq, keeping: constants,
            dialect: database.engine.dialect)
    }
}

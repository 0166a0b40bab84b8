import Core
import SQL
import ServiceLifecycle
import Synchronization

/// The product's own work on jobs, with a provider that does nothing.
struct NoOpWorld: Sendable {
    private let app: Darkroom
    private let accounts: BenchAccounts
    private let delivered: Delivered

    private final class Delivered: Sendable {
        let count = Mutex(0)
    }

    init(database: Database, accounts: BenchAccounts) async throws {
        let delivered = Delivered()
        app = try await .benchmark(database) { NoOpWorld.stored($0, delivered.count) }
        self.accounts = accounts
        self.delivered = delivered
    }

    private var database: Database { app.platform.database }

    /// Submits as many jobs, by clients at once.
    func submit(_ count: Int) async throws {
        let submit = app.jobs.submit
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<BenchRun.clients {
                group.addTask { [accounts] in
                    for number in stride(from: client, to: count, by: BenchRun.clients) {
                        _ = try await submit([Recorder.request], by: accounts.actor(number % accounts.count))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Works until as many jobs have ended. Returns jobs per second.
    func workOff(_ count: Int) async throws -> Double {
        let service = ServiceGroup(configuration: .init(services: [app.jobs.makeWorker()], logger: app.platform.logger))
        let before = delivered.count.withLock { $0 }
        let begin = ContinuousClock.now
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            while delivered.count.withLock({ $0 }) - before < count {
                try await Time.system.sleep(.milliseconds(2))
                guard ContinuousClock.now - begin < .seconds(120) else {
                    throw Failure(.failed, "The worker makes no progress.")
                }
            }
            while try await unended() > 0 { try await Time.system.sleep(.milliseconds(1)) }
            let took = ContinuousClock.now - begin
            await service.triggerGracefulShutdown()
            try await group.waitForAll()
            return Double(count) / (took / .seconds(1))
        }
    }

    /// One round of a worker, to the end of what it found.
    func workOnce() async throws {
        _ = try await app.jobs.makeWorker().runOnce()
    }

    /// All of them completed, each by one attempt.
    func check(_ count: Int) async throws {
        let counts = try await database.read { transaction in
            try (
                transaction.queryOne("SELECT COUNT(*) AS count FROM jobs WHERE state = 'completed'")?.get("count") ?? 0,
                 transaction.queryOne("SELECT COUNT(*) AS count FROM attempts")?.get("count") ?? 0) as (Int, Int)
        }
        guard counts == (count, count) else {
            throw Failure(.failed, "Only \(counts.0) of \(count) jobs completed, in \(counts.1) attempts.")
        }
    }

    private func unended() async throws -> Int {
        try await database.read {
            try $0.queryOne("""
                SELECT COUNT(*) AS count FROM (SELECT 1 FROM attempts WHERE ended_at IS NULL LIMIT 1) AS alive
                """)?
                .get("count") ?? 0
        }
    }

    /// A row and no file.
    private static func stored(_ source: OutputSource, _ delivered: borrowing Mutex<Int>) -> StoreOutcome {
        let now = Time.system.now()
        let asset = Asset(
            id: .make(at: now), account: source.account, createdBy: nil, job: source.job, outputIndex: source.index,
            key: .output(source.index, of: source.job, source.account, .png), name: "\(source.index).png", type: .png,
            size: 1, sha256: "", dimensions: nil, createdAt: now, expiresAt: nil)
        delivered.withLock { $0 += 1 }
        return .stored(NewOutput(asset, isRegistered: false))
    }
}

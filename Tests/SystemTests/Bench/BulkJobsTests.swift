@testable import Bench
import Core
import SQL
import TestSupport
import Testing

struct BulkJobsTests {
    @Test(arguments: TestEngine.available)
    func `a ledger that is loaded for a benchmark balances, and the product goes on with it`(
        on engine: TestEngine
    ) async throws {
        let folder = try TemporaryFolder()
        let database = try await engine.database(in: folder.path)
        let accounts = BenchAccounts(count: 4)
        try await database.write(order: .alone) { try $0.insert(accounts, now: Instant(rawValue: 1)) }
        let recorder = try await Recorder(database, accounts)
        let sample = try await recorder.submit(of: 3)

        let jobs = BulkJobs(
            accounts: 3, perAccount: 10, sample: sample.id, engine: engine == .sqlite ? .sqlite : .postgres)
        try await jobs.load(into: database) { _ in }
        _ = try await recorder.submit(of: 0)

        let report = try await LedgerCheck(database)()
        #expect(report.differences.map(\.description) == [])
        #expect(report.entries == jobs.entries + 4 * 2 + 2 * 2)
        await database.close()
    }
}

@testable import Core
import SQL
import Testing
import TestSupport

/// PostgreSQL plans by the number of rows, so its plans are checked with many. They take minutes to insert, so this is
/// part of `make torture`.
@Suite(.enabled(if: TestEngine.available.contains(.postgres) && TestEngine.isTorture))
struct MillionRowTests {
    @Test func `among a million jobs no statement of a job's life looks through a table that grows`() async throws {
        let explaining = Explaining()
        let world = try await TestWorld(.postgres, dailyCost: 1_000_000, wrap: explaining.wrap)
        let psql = try await Psql(world.database)
        try #require(try await psql.owner(Million.script) == .rows([]))

        try await world.liveThrough()

        for table in Million.tables {
            #expect(try await psql.owner("SELECT count(*) >= 1000000 FROM \(table)") == .rows(["t"]), "\(table)")
        }
        for plan in explaining.plans {
            for step in plan.steps where step.contains("Seq Scan on ") {
                let table = step.split(separator: "Seq Scan on ").last?.split(separator: " ").first.map { String($0) }
                    ?? ""
                #expect(
                    !(Million.tables + ["accounts", "balances", "lots"]).contains(table),
                    "\(step) in \(plan.statement)")
            }
        }
        #expect(explaining.plans.count > 40)
        for part in [
            "FROM jobs WHERE provider = $1 AND state = 'queued'", "FROM attempts WHERE due_at <=",
            "WHERE j.account_id = $1 AND j.id < $2",
        ] {
            #expect(explaining.plan(part).contains { $0.contains("Index") }, "\(part): \(explaining.plan(part))")
        }
    }
}

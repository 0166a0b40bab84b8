@testable import Core
import SQL
import Testing
import TestSupport

/// How many statements a submission costs: it decides how many submissions a database can bear.
struct SubmitStatementsTests {
    @Test(arguments: TestEngine.available, [1, 32])
    func `submissions cost twelve statements, however many are done together`(
        on engine: TestEngine, count: Int
    ) async throws {
        let counting = Counting()
        let world = try await TestWorld(engine, wrap: counting.wrap)
        let submissions = try await submissions(count, in: world, keys: true)
        counting.forget()

        let outcomes = try await world.database.write(order: .alone) { try $0.jobs.submit(submissions) }

        #expect(
            outcomes.count { if case .success(.submitted(let jobs)) = $0 { jobs.count == 1 } else { false } } == count)
        #expect(counting.statements.map(\.firstWords) == [
            "SELECT accounts", "SELECT balances", "SELECT idempotency_keys", "UPDATE accounts", "INSERT jobs",
            "INSERT job_events",
            "INSERT reservations", "UPDATE balances", "UPDATE lots", "INSERT entries", "INSERT transactions",
            "INSERT idempotency_keys",
        ])
        #expect(try await world.differences() == [])
    }

    @Test func `a job that has to wait, and a plan with a limit, cost one statement more each`() async throws {
        let counting = Counting()
        let world = try await TestWorld(wrap: counting.wrap)
        let submissions = try await submissions(8, in: world, plan: "basic")
        let twice = (submissions + submissions).sorted { $0.actor.account < $1.actor.account }
        counting.forget()

        _ = try await world.database.write(order: .alone) { try $0.jobs.submit(twice) }

        #expect(counting.statements.count == 12)
        #expect(try await world.differences() == [])
    }

    @Test func `refusals cost no more than reading what decides`() async throws {
        let counting = Counting()
        let world = try await TestWorld(wrap: counting.wrap)
        let submissions = try await submissions(32, in: world, credits: 5)
        counting.forget()

        let outcomes = try await world.database.write(order: .alone) { try $0.jobs.submit(submissions) }

        #expect(outcomes.count { if case .failure(is LedgerError) = $0 { true } else { false } } == 32)
        #expect(counting.statements.count == 2)
    }

    /// For this many accounts, in the order in which they are to be locked.
    private func submissions(
        _ count: Int, in world: TestWorld, plan: String = "enterprise", credits: Int64 = 100, keys: Bool = false
    ) async throws -> [PricedSubmission] {
        let price = PriceRequest(catalog: world.catalog, database: world.database)
        let now = world.clock.now
        var all: [PricedSubmission] = []
        for number in 0..<count {
            let actor = try await world.account(credits: credits, plan: plan)
            let priced = try await price(
                [JobRequest(kind: .textToImage, parameters: ["prompt": "a red dress"])], for: actor.account)
            all.append(PricedSubmission(
                requests: priced, actor: actor,
                idempotency: keys ? Idempotency(route: "generate", key: "\(number)", bodyHash: "") : nil,
                response: { StoredResponse(status: 202, body: $0[0].id.rawValue) }, now: now))
        }
        return all.sorted { $0.actor.account < $1.actor.account }
    }
}

extension String {
    /// What a statement does, and to which table.
    fileprivate var firstWords: String {
        let words = split { $0 == " " || $0 == "\n" }
        let behind = switch words[0] {
        case "SELECT":
            words.firstIndex(of: "JOIN").flatMap { contains("FROM (VALUES") ? $0 + 1 : nil }
                ?? words.firstIndex(of: "FROM").map { $0 + 1 } ?? 0
        case "INSERT": 2
        default: 1
        }
        return "\(words[0]) \(words[behind])"
    }
}

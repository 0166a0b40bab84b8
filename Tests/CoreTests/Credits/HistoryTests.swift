@testable import Core
import SQL
import Testing
import TestSupport

struct HistoryTests {
    @Test(arguments: TestEngine.available)
    func `a history is found by kind, job and time`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let (account, other) = (try await ledger.account(), try await ledger.account())
        let start = ledger.now
        try await ledger.grant(1_000, to: account, .purchase)
        try await ledger.grant(1_000, to: other)
        ledger.world.clock.advance(by: .seconds(10))
        let job = try await ledger.reserve(600, of: account)
        ledger.world.clock.advance(by: .seconds(10))
        try await ledger.settle(job, capturing: 400)

        func kinds(_ filter: HistoryFilter, of account: ID<Account> = account) async throws -> [TransactionKind] {
            try await ledger.database.read {
                try $0.ledger.history(of: account, filter, before: nil, limit: 10).map(\.kind)
            }
        }
        #expect(try await kinds(.init()) == [.release, .capture, .reserve, .purchase])
        #expect(try await kinds(.init(kind: .purchase)) == [.purchase])
        #expect(try await kinds(.init(kind: .capture)) == [.capture])
        #expect(try await kinds(.init(kind: .expire)) == [])
        #expect(try await kinds(.init(job: job)) == [.release, .capture, .reserve])
        #expect(try await kinds(.init(kind: .reserve, job: job)) == [.reserve])
        #expect(try await kinds(.init(job: job), of: other) == [])
        #expect(try await kinds(.init(from: start + .seconds(10))) == [.release, .capture, .reserve])
        #expect(try await kinds(.init(to: start + .seconds(10))) == [.purchase])
        #expect(try await kinds(.init(from: start + .seconds(10), to: start + .seconds(20))) == [.reserve])
        #expect(try await kinds(.init(kind: .purchase, from: start + .milliseconds(1))) == [])
    }

    @Test(arguments: TestEngine.available)
    func `a balance is explained by its lots and these by their entries, now and at any instant before`(
        on engine: TestEngine
    ) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        let start = ledger.now
        try await ledger.grant(1_000, to: account, .grant, expiresAt: start + .seconds(60))
        ledger.world.clock.advance(by: .seconds(10))
        try await ledger.grant(500, to: account, .purchase)
        ledger.world.clock.advance(by: .seconds(10))
        let job = try await ledger.reserve(600, of: account)
        ledger.world.clock.advance(by: .seconds(40))
        _ = try await ExpireLots(database: ledger.database, time: ledger.world.clock.time).runOnce()
        ledger.world.clock.advance(by: .seconds(10))
        try await ledger.settle(job, capturing: 250)

        func explained(_ seconds: Int64) async throws -> [String] {
            let explanation = try await ledger.database.read {
                try $0.ledger.explanation(of: account, at: start + .seconds(seconds))
            }
            return ["\(explanation.balance.available) \(explanation.balance.reserved)"] + explanation.lots.map {
                "\($0.source) \($0.granted): \($0.available) \($0.reserved) \($0.captured) \($0.expired)"
                    + ($0.moved == .zero ? "" : ", \($0.moved) moved")
            }.sorted()
        }
        #expect(try await explained(-1) == ["0.00 0.00"])
        #expect(try await explained(0) == ["10.00 0.00", "grant 10.00: 10.00 0.00 0.00 0.00"])
        #expect(
            try await explained(20)
                == ["9.00 6.00", "grant 10.00: 4.00 6.00 0.00 0.00", "purchase 5.00: 5.00 0.00 0.00 0.00"])
        #expect(
            try await explained(60)
                == ["5.00 6.00", "grant 10.00: 0.00 6.00 0.00 4.00", "purchase 5.00: 5.00 0.00 0.00 0.00"])
        #expect(try await explained(70) == [
            "8.50 0.00", "grant 10.00: 0.00 0.00 2.50 4.00, 3.50 moved", "grant 3.50: 3.50 0.00 0.00 0.00",
            "purchase 5.00: 5.00 0.00 0.00 0.00",
        ])
        let balance = try await ledger.balance(of: account)
        #expect(balance == .of(850))
    }

    @Test(arguments: TestEngine.available)
    func `a lot's entries come newest first, and only to its own account`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let (account, other) = (try await ledger.account(), try await ledger.account())
        try await ledger.grant(1_000, to: account)
        ledger.world.clock.advance(by: .milliseconds(1))
        let job = try await ledger.reserve(600, of: account)
        ledger.world.clock.advance(by: .milliseconds(1))
        try await ledger.settle(job, capturing: 250)
        let now = ledger.now

        let lot = try #require(
            try await ledger.database.read { try $0.ledger.explanation(of: account, at: now) }.lots.first)
        let entries = try await ledger.database.read {
            try $0.ledger.lotEntries(lot.id, of: account, at: now, before: nil, limit: 100)
        }
        let before = try await ledger.database.read {
            try $0.ledger.lotEntries(lot.id, of: account, at: now - .milliseconds(1), before: nil, limit: 100)
        }

        #expect(lot.entries == 6)
        #expect(Set(entries?.map { "\($0.kind) \($0.book) \($0.amount)" } ?? []) == [
            "bonus available 10.00", "reserve available -6.00", "reserve reserved 6.00", "capture reserved -2.50",
            "release available 3.50",
            "release reserved -3.50",
        ])
        #expect(entries?.last?.kind == .bonus && entries?.compactMap(\.job).allSatisfy { $0 == job } == true)
        #expect(before?.count == 3)
        #expect(
            try await ledger.database.read {
                try $0.ledger.lotEntries(lot.id, of: other, at: now, before: nil, limit: 100)
            }
                == nil)
    }
}

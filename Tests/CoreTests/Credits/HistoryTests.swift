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

    @Test(arguments: TestEngine.available)
    func `a history is paged by any filter, each line once`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        for _ in 0..<3 {
            try await ledger.grant(1_000, to: account, .purchase)
            ledger.world.clock.advance(by: .milliseconds(1))
            let job = try await ledger.reserve(600, of: account)
            ledger.world.clock.advance(by: .milliseconds(1))
            try await ledger.settle(job, capturing: 400)
            ledger.world.clock.advance(by: .milliseconds(1))
        }
        let job = try await ledger.reserve(100, of: account)
        ledger.world.clock.advance(by: .milliseconds(1))
        try await ledger.settle(job, capturing: 100)

        func pages(_ filter: HistoryFilter, of size: Int) async throws -> [Int] {
            var (counts, seen, cursor) = ([Int](), [LedgerLine](), ID<LedgerTransaction>?.none)
            repeat {
                let page = try await ledger.database.read { [cursor] in
                    try $0.ledger.history(of: account, filter, before: cursor, limit: size)
                }
                counts.append(page.count)
                seen += page
                cursor = page.last?.id
            } while counts.last == size && counts.count < 20
            #expect(seen.map(\.id) == seen.map(\.id).sorted(by: >) && Set(seen.map(\.id)).count == seen.count)
            #expect(seen.allSatisfy { filter.kind == nil || $0.kind == filter.kind })
            return counts
        }
        #expect(try await pages(.init(), of: 6) == [6, 6, 2])
        #expect(try await pages(.init(), of: 7) == [7, 7, 0])
        #expect(try await pages(.init(kind: .purchase), of: 2) == [2, 1])
        #expect(try await pages(.init(kind: .capture), of: 3) == [3, 1])
        #expect(try await pages(.init(job: job), of: 1) == [1, 1, 0])
        #expect(try await pages(.init(kind: .capture, job: job), of: 2) == [1])
        #expect(try await pages(.init(from: ledger.now, to: ledger.now), of: 2) == [0])
    }

    @Test(arguments: TestEngine.available)
    func `a lot's entries are paged, two of a transaction on one page`(on engine: TestEngine) async throws {
        let ledger = try await LedgerWorld(engine)
        let account = try await ledger.account()
        try await ledger.grant(1_000, to: account)
        for _ in 0..<2 {
            ledger.world.clock.advance(by: .milliseconds(1))
            try await ledger.reserve(100, of: account)
        }
        let now = ledger.now
        let lot = try #require(
            try await ledger.database.read { try $0.ledger.explanation(of: account, at: now) }.lots.first)

        func entries(before cursor: ID<LedgerTransaction>?, limit: Int) async throws -> [Explanation.LotEntry] {
            try await ledger.database.read {
                try $0.ledger.lotEntries(lot.id, of: account, at: now, before: cursor, limit: limit)
            } ?? []
        }
        let first = try await entries(before: nil, limit: 2)
        let second = try await entries(before: first.last?.transaction, limit: 2)
        let last = try await entries(before: second.last?.transaction, limit: 2)

        #expect(first.map(\.book) == [.available, .reserved] && second.map(\.book) == [.available, .reserved])
        #expect(Set(first.map(\.transaction)).count == 1 && Set((first + second).map(\.transaction)).count == 2)
        #expect(last.map(\.kind) == [.bonus] && last.map(\.amount) == [.whole(10)])
        let strange = try await ledger.database.read {
            try $0.ledger.lotEntries(.make(at: now), of: account, at: now, before: nil, limit: 2)
        }
        #expect(strange == nil)
    }
}

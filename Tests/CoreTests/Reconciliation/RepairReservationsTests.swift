@testable import Core
import SQL
import Testing
import TestSupport

struct RepairReservationsTests {
    /// The states in which the job of an open reservation may be found.
    enum Orphan: String, CaseIterable {
        case cancelled, completed, gone
    }

    @Test(arguments: TestEngine.available, Orphan.allCases)
    func `a reservation whose job is over or gone is ended as the job's end would have, once`(
        on engine: TestEngine, orphan: Orphan
    ) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let job = try await world.orphan(orphan, of: actor)
        let before = try await world.balance(of: actor)
        #expect(before.reserved == .whole(24))
        let mismatch = try #require(try await world.reconcile().section("reservations").mismatches.first)
        #expect(mismatch.subject == job.rawValue && mismatch.repair.command == "darkroom admin repair reservations")

        let planned = try await world.repairReservations(isDry: true)
        #expect(try await world.balance(of: actor) == before)
        #expect(try await world.acts() == [])
        let done = try await world.repairReservations()
        let again = try await world.repairReservations()

        let captured = orphan == .completed ? Credits.whole(18) : .zero
        #expect(planned.map(\.outcome) == [.toEnd(captured: captured, released: .whole(24) - captured)])
        #expect(done.map(\.job) == [job] && again == [])
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100) - captured, reserved: .zero))
        #expect(try await world.reconcile().isClean)
        #expect(try await world.acts() == ["reservations.repair \(job)"])
    }

    @Test(arguments: TestEngine.available)
    func `live jobs keep their reservations`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        try await world.submit(for: actor)
        try await world.work()
        try await world.submit(for: actor)

        #expect(try await world.repairReservations() == [])
        #expect(try await world.balance(of: actor).reserved == .whole(12))
    }

    @Test(arguments: TestEngine.available)
    func `what the ledger does not confirm is left unchanged`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let actor = try await world.account(credits: 100)
        let now = world.clock.now
        let nobody = ID<Job>.make(at: now)
        try await world.database.write(of: actor.account) {
            _ = try $0.execute(
                "INSERT INTO reservations (job_id, account_id, amount, created_at) VALUES ($1, $2, 500, $3)", nobody,
                actor.account, now)
        }

        let done = try await world.repairReservations()

        #expect(done.map(\.job) == [nobody])
        guard case .unclear = done.first?.outcome else { Issue.record("it was \(done)"); return }
        #expect(try await world.balance(of: actor) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.acts() == [])
    }

    @Test(arguments: TestEngine.available)
    func `one that the database refuses to end does not block others`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let (bad, good) = (try await world.account(credits: 100), try await world.account(credits: 100))
        for actor in [bad, good] { _ = try await world.orphan(.gone, of: actor) }
        try await world.database.write(order: .alone) {
            _ = try $0.execute("UPDATE balances SET reserved = 0 WHERE account_id = $1", bad.account)
        }

        let done = try await world.repairReservations()

        #expect(done.count == 2)
        guard case .unclear = done.first(where: { $0.account == bad.account })?.outcome else {
            Issue.record("it was \(done)"); return
        }
        #expect(try await world.balance(of: good) == Balance(available: .whole(100), reserved: .zero))
        #expect(try await world.acts().count == 1)
    }

    @Test(arguments: TestEngine.available)
    func `more than a batch of them, two at a time and by two operators at once, are each ended once`(
        on engine: TestEngine
    ) async throws {
        let world = try await TestWorld(engine)
        for _ in 0..<5 { _ = try await world.orphan(.gone, of: try await world.account(credits: 100)) }
        let (one, other) = (world, world)

        async let first = one.repairReservations(batch: 2)
        async let second = other.repairReservations(batch: 2)
        let ended = try await (first + second).filter { if case .ended = $0.outcome { true } else { false } }

        #expect(ended.count == 5 && Set(ended.map(\.job)).count == 5)
        #expect(try await world.reconcile().isClean)
        #expect(try await world.acts().count == 5)
    }
}

extension TestWorld {
    func reconcile() async throws -> Reconciliation {
        guard let period = ReconciliationPeriod(to: clock.now + .seconds(1), now: clock.now) else {
            throw Unexpected("no period")
        }
        return try await Reconcile(database: database, billing: nil, time: clock.time)(period)
    }

    func repairReservations(isDry: Bool = false, batch: Int = 100) async throws -> [RepairReservations.Repair] {
        var repairs: [RepairReservations.Repair] = []
        try await RepairReservations(database: database, time: clock.time, batch: batch)(isDry: isDry) {
            repairs.append($0)
        }
        return repairs
    }

    /// What was logged, as `action subject`.
    func acts() async throws -> [String] {
        try await database.read { try $0.auditLog.auditLogEntries(limit: 100) }.map {
            "\($0.action.rawValue) \($0.subject)"
        }
    }

    /// A reservation of 24 credits for four pictures that is open although its job is not.
    func orphan(_ orphan: RepairReservationsTests.Orphan, of actor: Actor) async throws -> ID<Job> {
        let now = clock.now
        guard orphan != .gone else {
            return try await database.write(of: actor.account) { transaction in
                let job = ID<Job>.make(at: now)
                var credits = try transaction.ledger.credits(of: [actor.account])[actor.account] ?? AccountCredits()
                let parts = try credits.reserve(.whole(24), at: now)
                try transaction.ledger.book([NewReservation(
                    job: job, account: actor.account, actor: actor.user, amount: .whole(24), parts: parts,
                    balance: credits.balance, at: now)])
                return job
            }
        }
        let job = try await submit(for: actor, images: 4)
        try await database.write(of: actor.account) { transaction in
            try transaction.execute("""
                UPDATE jobs SET state = $2, outputs_delivered = $3, ended_at = $4, slot_at = NULL WHERE id = $1
                """, job.id, orphan.rawValue, orphan == .completed ? 3 : nil as Int?, now)
            try transaction.execute("UPDATE accounts SET slots_used = 0 WHERE id = $1", actor.account)
            guard orphan == .completed else { return }
            for index in 0..<3 {
                try transaction.files.insertAsset(Asset(
                    id: .make(at: now), account: actor.account, createdBy: nil, job: job.id, outputIndex: index,
                    key: .output(index, of: job.id, actor.account, .png), name: "\(index).png", type: .png, size: 1,
                    sha256: "",
                    dimensions: nil, createdAt: now, expiresAt: nil))
            }
        }
        return job.id
    }
}

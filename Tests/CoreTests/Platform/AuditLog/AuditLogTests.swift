@testable import Core
import SQL
import TestSupport
import Testing

struct AuditLogTests {
    @Test(arguments: TestEngine.available)
    func `entries come back whole, newest first, page by page`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let administrator = try #require(try await world.account().user)
        var entries: [AuditLogEntry] = []
        for number in 0..<5 {
            world.clock.advance(by: .milliseconds(1))
            entries.append(AuditLogEntry(
                "thing.change", of: "subject",
                ["reason": .string("because \"é\" \(number)\n"), "n": [nil, .integer(7)]],
                by: number == 0 ? nil : administrator, at: world.clock.now))
        }
        for entry in entries.shuffled() {
            try await world.database.write(order: .alone) { try $0.auditLog.note(entry) }
        }

        func page(after cursor: ID<AuditLogEntry>?) async throws -> [AuditLogEntry] {
            try await world.database.read { try $0.auditLog.auditLogEntries(before: cursor, limit: 2) }
        }
        let first = try await page(after: nil)
        let second = try await page(after: first.last?.id)
        let third = try await page(after: second.last?.id)

        #expect(first + second + third == entries.reversed())
        #expect(try await page(after: third.last?.id) == [])
    }

    @Test(arguments: TestEngine.available)
    func `what was done to one thing is found by its whole name`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let subjects = ["pack:small", "pack:smaller", "pack:", "PACK:SMALL", "%", "pack:small"]
        for subject in subjects {
            world.clock.advance(by: .milliseconds(1))
            let entry = AuditLogEntry("pack.change", of: subject, [:], by: nil, at: world.clock.now)
            try await world.database.write(order: .alone) { try $0.auditLog.note(entry) }
        }

        for subject in Set(subjects) {
            let found = try await world.database.read { try $0.auditLog.auditLogEntries(on: subject, limit: 10) }
            #expect(found.map(\.subject) == subjects.filter { $0 == subject })
            let rest = try await world.database.read {
                try $0.auditLog.auditLogEntries(on: subject, before: found.last?.id, limit: 10)
            }
            #expect(rest.isEmpty)
        }
    }

    @Test(arguments: TestEngine.available)
    func `a change that is rolled back leaves no entry`(on engine: TestEngine) async throws {
        let world = try await TestWorld(engine)
        let now = world.clock.now

        await #expect(throws: Unexpected.self) {
            try await world.database.write(order: .alone) { transaction in
                try transaction.auditLog.note(AuditLogEntry("thing.change", of: "it", [:], by: nil, at: now))
                throw Unexpected("the change failed")
            }
        }

        #expect(try await world.database.read { try $0.auditLog.auditLogEntries(limit: 10) } == [])
    }
}

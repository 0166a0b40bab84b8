import Core
import Foundation
import SQL
import Testing
@testable import StripeEmulator

struct OlderFolderTests {
    private func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "stripe-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// Fills a database as the first step of the schema left it.
    private func fill(_ database: Database, _ customer: Customer, now: Instant) async throws {
        _ = try await StripeEmulator.Schema.migrator.upTo(1).migrate(database) { 0 }
        try await database.write(order: .alone) { transaction in
            try transaction.execute(
                "INSERT INTO stand_in_objects (id, kind, body) VALUES ($1, $2, $3)", customer.id, Kind.customer,
                JSON.text(of: customer))
            try transaction.execute("""
                INSERT INTO stand_in_deliveries (event, endpoint, state, fault, due_at, attempts)
                VALUES ('evt_1', 'we_1', 'given_up', NULL, 1, 3)
                """)
            try transaction.execute("""
                INSERT INTO stand_in_answers (key, request, status, body, kept_at)
                VALUES ('key', '/v1/customers?', 200, '{}', $1)
                """, now)
            try transaction.execute("""
                INSERT INTO stand_in_settings (only, clock_offset, faults) VALUES (1, 86400,
                    '{"seed":7,"duplicate":30,"reorder":0,"lose":5,"delay":[0,0],"window":[0,2000000000000000000],
                     "answerDelay":[0,1000000000000000000]}')
                """)
        }
    }

    @Test func `a folder of an older version opens with all that it holds`() async throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = Database(try SQLiteEngine(path: folder.appending(path: "stripe.sqlite").path))
        let (customer, now) = (Customer(id: "cus_1", created: 5, email: "a@example.com"), Time.system.now())
        try await fill(database, customer, now: now)

        #expect(try await StripeEmulator.Schema.migrator.migrate(database) { 0 } == ["plain_names", "abandoned"])

        let settings = try await database.read { try $0.settings() }
        #expect(try await database.read { try $0.object("cus_1", as: Customer.self) } == customer)
        #expect(try await database.read { try $0.newestDeliveries(10) }.map(\.state) == [.abandoned])
        #expect(try await database.read { try $0.response(under: "key", since: now - .seconds(60)) }?.status == 200)
        #expect(settings.clockOffset == 86_400)
        #expect(settings.faults.seed == 7 && settings.faults.responseDelay == .seconds(1))
        await database.close()
    }

    @Test func `settings are stored as an older version reads them`() throws {
        let faults = try #require(Faults(list: "answer_delay=1"))
        let stored = try JSON(text: JSONEncoder().encode(faults))
        #expect(stored["answerDelay"] != nil && stored["responseDelay"] == nil)
    }
}

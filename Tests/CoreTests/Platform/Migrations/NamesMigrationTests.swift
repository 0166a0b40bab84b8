@testable import Core
import SQL
import Testing
import TestSupport

struct NamesMigrationTests {
    private static let names = 13

    @Test(arguments: TestEngine.available)
    func `rows of an older version keep their meaning under the new names`(on engine: TestEngine) async throws {
        let folder = try TemporaryFolder()
        let database = try await engine.emptyDatabase(in: folder.path)
        _ = try await Schema.migrator.upTo(Self.names - 1).migrate(database) { 0 }
        try await database.write(order: .alone) { try $0.insertOlderRows() }

        #expect(try await Schema.migrator.migrate(database) { 0 }.first == "names")

        let attempts = try await database.read { try $0.jobs.attempts(of: ID(rawValue: "job")) }
        #expect(attempts.map(\.state) == [.returned, .noResponse, .responded, .succeeded])
        #expect(attempts.map(\.response) == [nil, nil, ["images": []], nil])
        #expect(attempts[2].respondedAt == Instant(rawValue: 7))
        let rows = try await database.read { transaction in
            try transaction.query("""
                SELECT (SELECT type FROM job_events) AS event, (SELECT favorite_at FROM assets) AS favorite,
                    (SELECT response FROM idempotency_keys) AS stored, (SELECT holder FROM scheduled_tasks) AS holder,
                    (SELECT outcome FROM stripe_events WHERE id = 'evt_1') AS one,
                    (SELECT outcome FROM stripe_events WHERE id = 'evt_2') AS two,
                    (SELECT environment FROM stripe_customers WHERE customer = 'cus_1') AS emulated,
                    (SELECT environment FROM stripe_customers WHERE customer = 'cus_2') AS live
                """)
        }
        let row = try #require(rows.first)
        #expect(try row.get("event") == "returned" && row.get("favorite", as: Int64.self) == 5)
        #expect(try row.get("stored") == "asset" && row.get("holder") == "node")
        #expect(try row.get("one") == "abandoned" && row.get("two") == "applied")
        #expect(try row.get("emulated") == "emulator test" && row.get("live") == "api.stripe.com live")
        await database.close()
    }

    @Test(arguments: TestEngine.available)
    func `the renamed columns are guarded as before`(on engine: TestEngine) async throws {
        let folder = try TemporaryFolder()
        let database = try await engine.database(in: folder.path)
        try await database.write(order: .alone) { try $0.insertAccountAndJob() }

        for (state, end) in [("answered", "NULL"), ("responded", "9"), ("returned", "NULL"), ("handed_back", "9")] {
            await #expect(throws: DatabaseError.self, "\(state)") {
                try await database.write(order: .alone) { transaction in
                    try transaction.runScript("""
                        INSERT INTO attempts (id, job_id, number, provider, endpoint, state, due_at, created_at,
                            ended_at)
                        VALUES ('a', 'job', 1, 'fal', 'e', '\(state)', \(end == "NULL" ? "1" : "NULL"), 0, \(end))
                        """)
                }
            }
        }
        await #expect(throws: DatabaseError.self) {
            try await database.write(order: .alone) { transaction in
                try transaction.runScript("""
                    INSERT INTO stripe_events (id, type, created_at, body, received_at, outcome, ended_at)
                    VALUES ('evt', 't', 0, '{}', 0, 'given_up', 1)
                    """)
            }
        }
        await database.close()
    }
}

extension Transaction {
    fileprivate func insertAccountAndJob() throws {
        try runScript("""
            INSERT INTO users (id, email, email_key, role, metadata, created_at, updated_at)
                VALUES ('user', 'a@example.com', 'a@example.com', 'user', '{}', 0, 0);
            INSERT INTO accounts (id, name, personal_user_id, plan, created_at)
                VALUES ('user', 'A', 'user', 'free', 0);
            INSERT INTO jobs (id, account_id, kind, kind_version, endpoint, provider, state, parameters, outputs_asked,
                outputs_delivered, price, price_version, price_breakdown, event_seq, order_at, run_at, time_limit,
                created_at, ended_at)
                VALUES ('job', 'user', 'text_to_image', 1, 'e', 'fal', 'completed', '{}', 1, 1, 0, 1, '{}', 1, 0, 0, 1,
                    0, 9);
            """)
    }

    /// As version 12 of the schema named them.
    fileprivate func insertOlderRows() throws {
        try insertAccountAndJob()
        try runScript("""
            INSERT INTO attempts (id, job_id, number, provider, endpoint, state, due_at, answer, created_at,
                answered_at, ended_at) VALUES
                ('1', 'job', 1, 'fal', 'e', 'handed_back', NULL, NULL, 0, NULL, 1),
                ('2', 'job', 2, 'fal', 'e', 'unanswered', 3, NULL, 0, NULL, NULL),
                ('3', 'job', 3, 'fal', 'e', 'answered', 3, '{"images":[]}', 0, 7, NULL),
                ('4', 'job', 4, 'fal', 'e', 'succeeded', NULL, NULL, 0, NULL, 9);
            INSERT INTO job_events (job_id, seq, account_id, account_seq, type, state, data, created_at)
                VALUES ('job', 1, 'user', 1, 'handed_back', 'queued', '{}', 0);
            INSERT INTO assets (id, account_id, key, name, content_type, size, sha256, tags, favourite_at, created_at)
                VALUES ('asset', 'user', 'uploads/user/asset.png', 'a.png', 'image/png', 1, '', '[]', 5, 0);
            INSERT INTO idempotency_keys (account_id, route, key, body_hash, status, answer, created_at)
                VALUES ('user', 'assets', 'k', '', 201, 'asset', 0);
            INSERT INTO duties (name, due_at, holder, lease_until) VALUES ('expire lots', 1, 'node', 2);
            INSERT INTO stripe_events (id, type, created_at, body, received_at, outcome, ended_at) VALUES
                ('evt_1', 't', 0, '{}', 0, 'given_up', 1), ('evt_2', 't', 0, '{}', 0, 'applied', 1);
            INSERT INTO stripe_customers (account_id, realm, customer, created_at) VALUES
                ('user', 'stand-in test', 'cus_1', 0), ('user', 'api.stripe.com live', 'cus_2', 0);
            """)
    }
}

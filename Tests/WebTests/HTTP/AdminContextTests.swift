import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

struct AdminContextTests {
    @Test func `only a signed-in administrator is admitted, and no API key`() async throws {
        try await AdminWorld.run { world in
            let somebody = try await world.fixture.signedIn("ada@example.com")
            let administrator = Actor(
                account: world.administrator.user.personalAccount, user: world.administrator.user.id, key: nil,
                role: .owner, platformRole: .admin)
            let (_, key) = try await world.fixture.identity.apiKeys.create(named: "script", by: administrator)

            func response(_ bearer: String?) async throws -> String {
                let response = try await world.send(.get, "/audit-log", bearer: .some(bearer))
                return "\(response.status) \(response.code ?? "")"
            }
            let byKey = try await world.send(.get, "/audit-log", bearer: .some(key))
            let text = byKey["error"]?["message"]
            #expect(text == "API keys cannot do this; sign in as an administrator.")
            #expect(try await response(world.administrator.accessToken) == "200 ")
            #expect(try await response(somebody.accessToken) == "403 admin_required")
            #expect(try await response(key) == "403 admin_required")
            #expect(try await response(nil) == "401 unauthorized")
            #expect(try await response("nonsense") == "401 invalid_token")
            #expect(try await response(world.fixture.identity.secrets.serviceRoleKey) == "401 unauthorized")
        }
    }

    @Test func `what administrators did is listed page by page, newest first, of all or of one thing`() async throws {
        try await AdminWorld.run { world in
            for number in 0..<5 {
                world.fixture.clock.advance(by: .milliseconds(1))
                let act = AuditLogEntry(
                    "thing.change", of: number == 2 ? "the one" : "another", ["reason": .integer(Int64(number))],
                    by: world.administrator.user.id, at: world.fixture.clock.now)
                try await world.database.write(order: .alone) { try $0.auditLog.note(act) }
            }

            let first = try await world.send(.get, "/audit-log?limit=3")
            let second = try await world.send(.get, "/audit-log?limit=3&cursor=\(first["nextCursor"]?.string ?? "")")
            let one = try await world.send(.get, "/audit-log?subject=the%20one")

            func reasons(_ response: JSONResponse) -> [Int64?] {
                (response["acts"]?.array ?? []).map { $0["details"]?["reason"]?.integer }
            }
            #expect(reasons(first) == [4, 3, 2])
            #expect(reasons(second) == [1, 0])
            #expect(second["nextCursor"] == nil)
            #expect(reasons(one) == [2])
            #expect(one["acts"]?.array?.first?["administrator"]?.string == world.administrator.user.id.rawValue)
        }
    }

    @Test(arguments: TestEngine.available, ["UPDATE audit_log SET details = '{}'", "DELETE FROM audit_log"])
    func `an entry of the audit log stays`(on engine: TestEngine, statement: String) async throws {
        let world = try await TestWorld(engine)
        try await world.database.write(order: .alone) {
            try $0.auditLog.note(AuditLogEntry("thing.change", of: "it", [:], by: nil, at: world.clock.now))
        }

        let error = await #expect(throws: DatabaseError.self) {
            try await world.database.write(order: .alone) { _ = try $0.execute(Statement(stringLiteral: statement)) }
        }

        #expect(error?.kind == .trigger)
        #expect(try await world.database.read { try $0.auditLog.auditLogEntries(limit: 10) }.count == 1)
    }
}

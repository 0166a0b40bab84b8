import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

/// `PUT /auth/v1/admin/users/{id}`
struct AuthAdminTests {
    private func put(_ world: AuthWorld, _ session: JSONResponse, _ body: JSON) async throws -> JSONResponse {
        let id = session["user"]?["id"]?.string ?? ""
        return try await world.send(
            .put, "/auth/v1/admin/users/\(id)", body, bearer: world.identity.secrets.serviceRoleKey)
    }

    @Test func `the operator's server changes everything about a user that there is`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()

            let response = try await put(world, session, [
                "email": "grace@example.com", "password": "battery staple", "email_confirm": true, "phone": nil,
                "user_metadata": ["theme": "dark"], "app_metadata": ["role": "admin", "provider": "email"],
                "role": "authenticated", "ban_duration": "none", "nonce": "ignored",
            ])

            #expect(response.status == 200, "\(response.text)")
            #expect(response["email"] == "grace@example.com" && response["user_metadata"]?["theme"] == "dark")
            #expect(response["app_metadata"] == ["provider": "email", "providers": ["email"], "role": "admin"])
            #expect(response["banned_until"] == nil)
            let ended = try await world.send(.get, "/auth/v1/user", bearer: session.accessToken)
            #expect(ended.code == "session_not_found")
            let signedIn = try await world.signIn("grace@example.com", "battery staple")
            #expect(signedIn.status == 200)
            #expect(try await world.send(.get, "/api/admin/audit-log", bearer: signedIn.accessToken).status == 200)
        }
    }

    @Test func `a ban ends sessions, says until when it lasts, and none lifts it`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            let end = (world.fixture.clock.now + .seconds(86_400)).text

            let banned = try await put(world, session, ["ban_duration": "24h"])
            #expect(banned["banned_until"]?.string == end)
            #expect(try await world.signIn("ada@example.com", "correct horse").code == "user_banned")
            #expect(try await world.refresh(session.refreshToken).code == "user_banned")
            #expect(try await world.send(.get, "/auth/v1/user", bearer: session.accessToken).status == 403)

            #expect(try await put(world, session, ["ban_duration": "none"])["banned_until"] == nil)
            #expect(try await world.signIn("ada@example.com", "correct horse").status == 200)
        }
    }

    @Test(arguments: [
        (["ban_duration": "1 day"], "400 validation_failed"), (["ban_duration": 24], "400 validation_failed"),
        (["password": "short"], "422 weak_password"), (["email": "nonsense"], "400 email_address_invalid"),
        (["email": "BOB@example.com"], "422 email_exists"), (["phone": "+420"], "422 phone_provider_disabled"),
        (["role": "service_role"], "400 validation_failed"), (["password_hash": "$2a$"], "400 validation_failed"),
        (["user_metadata": "x"], "400 validation_failed"),
        (["app_metadata": ["role": "editor"]], "400 validation_failed"),
        (["app_metadata": ["plan": "pro"]], "400 validation_failed"),
        (["app_metadata": ["provider": "google"]], "400 validation_failed"), ([], "400 bad_json"),
        ([:], "200 "), (["email": "", "password": "", "ban_duration": "", "app_metadata": nil], "200 "),
    ] as [(JSON, String)])
    func `what cannot be changed is refused as a whole`(body: JSON, expected: String) async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            _ = try await world.signUp("bob@example.com")
            var members = body.object
            members?["user_metadata"] = body["user_metadata"] ?? ["changed": true]

            let response = try await put(world, session, members.map { JSON.object($0) } ?? body)

            #expect("\(response.status) \(response.code ?? "")" == expected, "\(response.text)")
            let user = try await world.send(.get, "/auth/v1/user", bearer: session.accessToken)
            #expect((user["user_metadata"]?["changed"] == true) == expected.hasPrefix("200"))
        }
    }

    @Test
    func `only the service-role key may, of a user that there is, and never the last administrator`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            let id = session["user"]?["id"]?.string ?? ""
            let service = world.identity.secrets.serviceRoleKey
            func code(_ id: String, _ body: JSON, bearer: String?) async throws -> String? {
                try await world.send(.put, "/auth/v1/admin/users/\(id)", body, bearer: bearer).code
            }

            #expect(try await code(id, [:], bearer: session.accessToken) == "not_admin")
            #expect(try await code(id, [:], bearer: nil) == "no_authorization")
            #expect(try await code("7", [:], bearer: service) == "validation_failed")
            let nobody = ID<User>.make(at: world.fixture.clock.now).rawValue
            #expect(try await code(nobody, ["password": "battery staple"], bearer: service) == "user_not_found")
            #expect(try await code(id, ["app_metadata": ["role": "admin"]], bearer: service) == nil)
            #expect(try await code(id, ["ban_duration": "1h"], bearer: service) == "validation_failed")
            #expect(try await code(id, ["app_metadata": ["role": "user"]], bearer: service) == "validation_failed")
        }
    }
}

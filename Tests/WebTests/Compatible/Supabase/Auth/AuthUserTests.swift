import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

struct AuthUserTests {
    @Test func `without a user there is 401, with a bad token 403, with an ended session its own code`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            let anon = world.identity.secrets.anonKey

            func response(_ bearer: String?, apikey: String? = nil) async throws -> String {
                let headers = apikey.map { ["apikey": $0] } ?? [:]
                let response = try await world.send(.get, "/auth/v1/user", bearer: bearer, headers: headers)
                return "\(response.status) \(response.code ?? "")"
            }
            #expect(try await response(nil) == "401 no_authorization")
            #expect(try await response(anon, apikey: anon) == "401 no_authorization")
            #expect(try await response("any-key", apikey: "any-key") == "401 no_authorization")
            #expect(try await response("nonsense", apikey: anon) == "403 bad_jwt")
            #expect(try await response(world.identity.secrets.serviceRoleKey) == "403 bad_jwt")
            #expect(try await response(session.accessToken, apikey: anon) == "200 ")
            let now = world.fixture.clock.now
            try await world.identity.sessions.end(.global, of: userID(session), current: .make(at: now))
            #expect(try await response(session.accessToken) == "403 session_not_found")
            world.fixture.clock.advance(by: .seconds(3601))
            #expect(try await response(session.accessToken) == "403 bad_jwt")
        }
    }

    @Test func `a user changes their data and their password`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()

            let response = try await world.send(.put, "/auth/v1/user", [
                "data": ["theme": "dark"], "password": "battery staple", "email": nil, "nonce": nil,
            ], bearer: session.accessToken)

            #expect(response.status == 200)
            #expect(response["user_metadata"]?["theme"] == "dark")
            #expect(try await world.signIn("ada@example.com", "battery staple").status == 200)
            #expect(try await world.signIn("ada@example.com", "correct horse").status == 400)
        }
    }

    @Test func `a change that is refused has the code of its reason`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()

            func code(_ body: JSON) async throws -> String {
                let response = try await world.send(.put, "/auth/v1/user", body, bearer: session.accessToken)
                return "\(response.status) \(response.code ?? "")"
            }
            #expect(try await code(["password": "correct horse"]) == "422 same_password")
            #expect(try await code(["password": "short"]) == "422 weak_password")
            let wrong: JSON = ["password": "battery staple", "current_password": "wrong horse"]
            #expect(try await code(wrong) == "400 current_password_invalid")
            #expect(try await code(["email": "other@example.com"]) == "422 email_provider_disabled")
            #expect(try await code(["email": "ADA@example.com"]) == "200 ")
            #expect(try await code(["data": "x"]) == "400 validation_failed")
            #expect(try await code(["phone": "+420"]) == "422 phone_provider_disabled")
        }
    }

    @Test func `too many changes of a password say when to try again`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            for number in 0..<10 {
                let body: JSON = ["password": .string("battery staple \(number)")]
                #expect(try await world.send(.put, "/auth/v1/user", body, bearer: session.accessToken).status == 200)
            }

            let response = try await world.send(
                .put, "/auth/v1/user", ["password": "correct horse"], bearer: session.accessToken)

            #expect(response.status == 429)
            #expect(response.code == "over_request_rate_limit")
            #expect(response.headers[.retryAfter] == "3600")
        }
    }

    @Test func `signing out returns no body, and ends the session at once`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            let other = try await world.signIn("ada@example.com", "correct horse")

            let local = try await world.send(.post, "/auth/v1/logout?scope=local", bearer: session.accessToken)

            #expect(local.status == 204)
            #expect(local.text.isEmpty)
            let ended = try await world.send(.get, "/auth/v1/user", bearer: session.accessToken)
            #expect(ended.code == "session_not_found")
            #expect(try await world.refresh(session.refreshToken).code == "refresh_token_not_found")
            #expect(try await world.send(.get, "/auth/v1/user", bearer: other.accessToken).status == 200)
            #expect(try await world.send(.post, "/auth/v1/logout?scope=all", bearer: other.accessToken).status == 400)
            #expect(try await world.send(.post, "/auth/v1/logout", bearer: other.accessToken).status == 204)
            #expect(try await world.send(.post, "/auth/v1/logout").code == "no_authorization")
        }
    }

    @Test func `the operator's server lists, makes and deletes users, and nobody else does`() async throws {
        try await AuthWorld.run(mode: .closed) { world in
            let service = world.identity.secrets.serviceRoleKey
            for number in 0..<3 {
                world.fixture.clock.advance(by: .milliseconds(1))
                let made = try await world.send(.post, "/auth/v1/admin/users", [
                    "email": .string("u\(number)@example.com"), "password": "correct horse", "email_confirm": true,
                    "user_metadata": ["n": .integer(Int64(number))],
                ], bearer: service)
                #expect(made.status == 200)
            }

            let page = try await world.send(
                .get, "/auth/v1/admin/users?page=2&per_page=2", headers: ["apikey": service])
            #expect(page["users"]?.array?.count == 1)
            #expect(page.header("X-Total-Count") == "3")
            let id = try #require(page["users"]?.array?.first?["id"]?.string)
            let shown = try await world.send(.get, "/auth/v1/admin/users/\(id)", bearer: service)
            #expect(shown["email"] == "u2@example.com")
            let taken = try await world.send(
                .post, "/auth/v1/admin/users", ["email": "U1@example.com"], bearer: service)
            #expect(taken.code == "email_exists")

            let session = try await world.signIn("u0@example.com", "correct horse")
            #expect(try await world.send(.get, "/auth/v1/admin/users", bearer: session.accessToken).code == "not_admin")
            let anonKey = world.identity.secrets.anonKey
            #expect(try await world.send(.get, "/auth/v1/admin/users", bearer: anonKey).status == 401)

            let deleted = try await world.send(
                .delete, "/auth/v1/admin/users/\(id)", ["should_soft_delete": false], bearer: service)
            #expect(deleted.status == 200)
            #expect(try await world.signIn("u2@example.com", "correct horse").code == "invalid_credentials")
            let invalid = try await world.send(.delete, "/auth/v1/admin/users/x", bearer: service)
            #expect(invalid.code == "validation_failed")
            let nobody = ID<User>.make(at: world.fixture.clock.now)
            #expect(try await world.send(.get, "/auth/v1/admin/users/\(nobody)", bearer: service).status == 404)
        }
    }

    private func userID(_ session: JSONResponse) throws -> ID<User> {
        try #require(ID<User>(checking: session["user"]?["id"]?.string ?? ""))
    }
}

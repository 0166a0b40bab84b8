import Core
import HTTPTypes
import SQL
import TestSupport
import Testing
@testable import Web

struct AuthTokenTests {
    @Test func `signing in returns a session`() async throws {
        try await AuthWorld.run { world in
            _ = try await world.signUp()

            let response = try await world.signIn("Ada@example.com", "correct horse")

            #expect(response.status == 200)
            #expect(!response.accessToken.isEmpty && !response.refreshToken.isEmpty)
            #expect(response["user"]?["last_sign_in_at"] != nil)
            #expect(response.headers[.cacheControl] == "no-store")
        }
    }

    @Test func `a wrong password and an unknown address have the same response`() async throws {
        try await AuthWorld.run { world in
            _ = try await world.signUp()

            for (email, password) in [("ada@example.com", "wrong horse"), ("bob@example.com", "correct horse")] {
                let response = try await world.signIn(email, password)
                #expect(response.status == 400)
                #expect(response.code == "invalid_credentials")
                #expect(response["message"] == "Invalid login credentials")
            }
        }
    }

    @Test func `too many wrong passwords say when to try again`() async throws {
        try await AuthWorld.run { world in
            for _ in 0..<10 { #expect(try await world.signIn("ada@example.com", "wrong horse").status == 400) }

            let response = try await world.signIn("ada@example.com", "wrong horse")

            #expect(response.status == 429)
            #expect(response.code == "over_request_rate_limit")
            #expect(response.headers[.retryAfter] == "600")
        }
    }

    @Test func `limits count the client that a trusted proxy names, an IPv6 client by its network`() async throws {
        let proxies = try TrustedProxies("127.0.0.1, ::1")
        try await AuthWorld.runLive(trustedProxies: proxies) { world in
            for number in 0..<10 {
                #expect(try await guess(world, "198.51.100.\(number), 203.0.113.7") == 400)
                #expect(try await guess(world, "2001:db8:1:2::\(number)") == 400)
            }

            let (usedUp, network) = (try await guess(world, "203.0.113.7"), try await guess(world, "2001:db8:1:2:f::"))
            let (other, neighbor) = (try await guess(world, "203.0.113.8"), try await guess(world, "2001:db8:1:3::1"))
            #expect(usedUp == 429 && network == 429)
            #expect(other == 400 && neighbor == 400)
        }
    }

    /// The status of a wrong password with this `X-Forwarded-For`.
    private func guess(_ world: AuthWorld, _ forwardedFor: String) async throws -> Int {
        try await world.signIn("ada@example.com", "wrong horse", headers: ["X-Forwarded-For": forwardedFor]).status
    }

    @Test func `without a trusted proxy a client cannot choose its address`() async throws {
        let proxies = try TrustedProxies("192.0.2.1")
        try await AuthWorld.runLive(trustedProxies: proxies) { world in
            for number in 0..<10 { #expect(try await guess(world, "198.51.100.\(number)") == 400) }

            let headers = ["X-Forwarded-For": "198.51.100.99", "Forwarded": "for=198.51.100.99"]
            let response = try await world.signIn("ada@example.com", "wrong horse", headers: headers)
            #expect(response.status == 429)
        }
    }

    @Test func `a refresh needs no valid access token, also where a client still sends the old one`() async throws {
        try await AuthWorld.run { world in
            let first = try await world.signUp()
            world.fixture.clock.advance(by: .seconds(4000))

            let response = try await world.send(
                .post, "/auth/v1/token?grant_type=refresh_token", ["refresh_token": .string(first.refreshToken)],
                bearer: first.accessToken)

            #expect(response.status == 200)
            #expect(response.refreshToken != first.refreshToken)
            #expect(try await world.send(.get, "/auth/v1/user", bearer: response.accessToken).status == 200)
        }
    }

    @Test func `a refresh that really failed is 400, so that clients do not see a network error`() async throws {
        try await AuthWorld.run { world in
            let first = try await world.signUp()
            let second = try await world.refresh(first.refreshToken)
            world.fixture.clock.advance(by: .seconds(3000))
            #expect(try await world.refresh(first.refreshToken).refreshToken == second.refreshToken)
            #expect(try await world.refresh(second.refreshToken).status == 200)

            let reused = try await world.refresh(first.refreshToken)
            let unknown = try await world.refresh("nonsense")

            #expect(reused.status == 400)
            #expect(reused.code == "refresh_token_already_used")
            #expect(unknown.status == 400)
            #expect(unknown.code == "refresh_token_not_found")
            #expect(try await world.send(.get, "/auth/v1/user", bearer: second.accessToken).code == "session_not_found")
        }
    }

    @Test func `an unavailable database is 5xx, so that it signs nobody out`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            await world.fixture.database.close()

            let response = try await world.refresh(session.refreshToken)

            #expect(response.status == 503)
            #expect(response.code == "unexpected_failure")
        }
    }

    @Test(arguments: [
        ("", "validation_failed", "grant_type is required"), ("?grant_type=", "validation_failed", "is required"),
        ("?grant_type=pkce", "invalid_credentials", "unsupported_grant_type"),
        ("?grant_type=id_token", "invalid_credentials", "supports password and refresh_token"),
        ("?grant_type=anything", "invalid_credentials", "unsupported_grant_type"),
    ])
    func `a grant is named, and one of two`(query: String, code: String, message: String) async throws {
        try await AuthWorld.run { world in
            let response = try await world.send(.post, "/auth/v1/token\(query)", [:])

            #expect(response.status == 400)
            #expect(response.code == code)
            #expect(response["message"]?.string?.contains(message) == true)
        }
    }

    @Test(arguments: [
        (.post, "/recover", 404, "route_not_found", nil),
        (.get, "/authorize?provider=google", 404, "route_not_found", nil),
        (.post, "/verify/", 404, "route_not_found", nil), (.get, "", 404, "route_not_found", nil),
        (.patch, "/admin/users/7", 405, "method_not_allowed", "GET, HEAD, PUT, DELETE"),
        (.delete, "/signup", 405, "method_not_allowed", "POST"),
    ] as [(HTTPRequest.Method, String, Int, String, String?)])
    func `a route or a method that is not there has the shape that clients read`(
        method: HTTPRequest.Method, path: String, status: Int, code: String, allow: String?
    ) async throws {
        try await AuthWorld.run { world in
            let response = try await world.send(method, "/auth/v1\(path)")

            #expect(response.status == status)
            #expect(response["code"]?.string == code && response["error_code"]?.string == code)
            #expect(response["message"]?.string?.isEmpty == false && response["error"] == nil)
            #expect(response.header("X-Supabase-Api-Version") == "2024-01-01")
            #expect(response.header("Allow") == allow)
            #expect(try await world.send(.get, "/auth/v2/user")["error"]?["code"] == "route_not_found")
        }
    }

    @Test(arguments: ["/auth/v1/.well-known/jwks.json", "/.well-known/jwks.json"])
    func `the public keys are published, and nothing but them`(path: String) async throws {
        try await AuthWorld.run { world in
            let response = try await world.send(.get, path)

            #expect(response.status == 200)
            #expect(response.headers[.cacheControl] == "public, max-age=600")
            let key = try #require(response["keys"]?.array?.first?.object)
            #expect(Set(key.keys) == ["alg", "crv", "key_ops", "kid", "kty", "use", "x", "y"])
        }
    }

    @Test func `health and settings need nobody`() async throws {
        try await AuthWorld.run { world in
            let health = try await world.send(.get, "/auth/v1/health")
            let settings = try await world.send(.get, "/auth/v1/settings", bearer: "nonsense")

            #expect(health["version"] == "0.0.0")
            #expect(settings["mailer_autoconfirm"] == true)
        }
    }
}

import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

struct AuthTokenTests {
    @Test func `signing in answers a session`() async throws {
        try await AuthWorld.run { world in
            _ = try await world.signUp()

            let answer = try await world.signIn("Ada@example.com", "correct horse")

            #expect(answer.status == 200)
            #expect(!answer.accessToken.isEmpty && !answer.refreshToken.isEmpty)
            #expect(answer["user"]?["last_sign_in_at"] != nil)
            #expect(answer.headers[.cacheControl] == "no-store")
        }
    }

    @Test func `a wrong password and an unknown address have the same answer`() async throws {
        try await AuthWorld.run { world in
            _ = try await world.signUp()

            for (email, password) in [("ada@example.com", "wrong horse"), ("bob@example.com", "correct horse")] {
                let answer = try await world.signIn(email, password)
                #expect(answer.status == 400)
                #expect(answer.code == "invalid_credentials")
                #expect(answer["message"] == "Invalid login credentials")
            }
        }
    }

    @Test func `too many wrong passwords say when to come again`() async throws {
        try await AuthWorld.run { world in
            for _ in 0..<10 { #expect(try await world.signIn("ada@example.com", "wrong horse").status == 400) }

            let answer = try await world.signIn("ada@example.com", "wrong horse")

            #expect(answer.status == 429)
            #expect(answer.code == "over_request_rate_limit")
            #expect(answer.headers[.retryAfter] == "600")
        }
    }

    @Test func `a refresh needs no valid access token, also where a client still sends the old one`() async throws {
        try await AuthWorld.run { world in
            let first = try await world.signUp()
            world.fixture.clock.advance(by: .seconds(4000))

            let answer = try await world.send(
                .post, "/auth/v1/token?grant_type=refresh_token", ["refresh_token": .string(first.refreshToken)],
                bearer: first.accessToken)

            #expect(answer.status == 200)
            #expect(answer.refreshToken != first.refreshToken)
            #expect(try await world.send(.get, "/auth/v1/user", bearer: answer.accessToken).status == 200)
        }
    }

    @Test func `a refresh that really failed is 400, so that clients do not take it for the network's fault`() async throws {
        try await AuthWorld.run { world in
            let first = try await world.signUp()
            let second = try await world.refresh(first.refreshToken)
            #expect(try await world.refresh(first.refreshToken).refreshToken == second.refreshToken)
            world.fixture.clock.advance(by: .seconds(11))

            let reused = try await world.refresh(first.refreshToken)
            let unknown = try await world.refresh("nonsense")

            #expect(reused.status == 400)
            #expect(reused.code == "refresh_token_already_used")
            #expect(unknown.status == 400)
            #expect(unknown.code == "refresh_token_not_found")
            #expect(try await world.send(.get, "/auth/v1/user", bearer: second.accessToken).code == "session_not_found")
        }
    }

    @Test func `a database that is away is 5xx, so that nobody is signed out by it`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            await world.fixture.database.close()

            let answer = try await world.refresh(session.refreshToken)

            #expect(answer.status == 503)
            #expect(answer.code == "unexpected_failure")
        }
    }

    @Test(arguments: ["", "?grant_type=pkce", "?grant_type=id_token", "?grant_type=anything"])
    func `other grants are not supported`(query: String) async throws {
        try await AuthWorld.run { world in
            let answer = try await world.send(.post, "/auth/v1/token\(query)", [:])

            #expect(answer.status == 400)
            #expect(answer.code == "invalid_credentials")
            #expect(answer["message"] == "unsupported_grant_type")
        }
    }

    @Test(arguments: ["/auth/v1/.well-known/jwks.json", "/.well-known/jwks.json"])
    func `the public keys are published, and nothing but them`(path: String) async throws {
        try await AuthWorld.run { world in
            let answer = try await world.send(.get, path)

            #expect(answer.status == 200)
            #expect(answer.headers[.cacheControl] == "public, max-age=600")
            let key = try #require(answer["keys"]?.array?.first?.object)
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

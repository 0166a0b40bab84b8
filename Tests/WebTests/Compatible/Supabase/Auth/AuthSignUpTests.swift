import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

struct AuthSignUpTests {
    @Test func `signing up returns a session, with a user that strict clients accept`() async throws {
        try await AuthWorld.run { world in
            let response = try await world.send(.post, "/auth/v1/signup?redirect_to=http%3A%2F%2Flocalhost%3A3000", [
                "email": "ada@example.com", "password": "correct horse", "data": ["name": "Ada"], "code_challenge": nil,
                "code_challenge_method": nil, "gotrue_meta_security": ["captcha_token": nil],
            ])

            #expect(response.status == 200)
            #expect(response["token_type"] == "bearer")
            #expect(response["expires_in"] == 3600)
            #expect(response["expires_at"]?.integer == world.fixture.clock.now.seconds + 3600)
            let user = try #require(response["user"])
            for name in [
                "id", "app_metadata", "user_metadata", "aud", "created_at", "updated_at", "role", "is_anonymous",
            ] {
                #expect(user[name] != nil, "\(name)")
            }
            #expect(user["user_metadata"]?["name"] == "Ada")
            #expect(user["email_confirmed_at"]?.string?.hasSuffix("Z") == true)
            let identity = try #require(user["identities"]?.array?.first)
            for name in ["id", "identity_id", "user_id", "identity_data", "provider", "created_at"] {
                #expect(identity[name] != nil, "\(name)")
            }
            let shown = try await world.send(.get, "/auth/v1/user", bearer: response.accessToken)
            #expect(shown.status == 200)
            #expect(shown["id"] == user["id"])
        }
    }

    @Test func `a taken address is refused in whatever case, in a shape that every client reads`() async throws {
        try await AuthWorld.run { world in
            _ = try await world.signUp("ada@example.com")

            let response = try await world.signUp("ADA@EXAMPLE.COM")

            #expect(response.status == 422)
            #expect(response["code"] == "user_already_exists")
            #expect(response["error_code"] == "user_already_exists")
            #expect(response["msg"] == "User already registered")
            #expect(response["message"] == response["msg"])
            #expect(response.header("X-Supabase-Api-Version") == "2024-01-01")
            #expect(response.header("x-sb-error-code") == "user_already_exists")
        }
    }

    @Test(arguments: [("short", "length"), ("aaaaaaaa", "characters"), ("12345678", "pwned"), ("Password1", "pwned")])
    func `a weak password says why`(password: String, reason: String) async throws {
        try await AuthWorld.run { world in
            let response = try await world.signUp("ada@example.com", password)

            #expect(response.status == 422)
            #expect(response.code == "weak_password")
            #expect(response["weak_password"]?["reasons"] == [.string(reason)])
            #expect(try await world.fixture.number("SELECT COUNT(*) AS value FROM users") == 0)
        }
    }

    @Test func `where mail confirms, nobody learns which addresses have an account`() async throws {
        try await AuthWorld.run(confirmsByMail: true) { world in
            let first = try await world.signUp()
            let second = try await world.signUp()

            #expect(first.status == 200 && second.status == 200)
            #expect(first["access_token"] == nil && second["access_token"] == nil)
            #expect(first["identities"]?.array?.count == 1)
            #expect(second["identities"]?.array?.isEmpty == true)
            #expect(first["id"] != second["id"])
            let signIn = try await world.signIn("ada@example.com", "correct horse")
            #expect(signIn.status == 400)
            #expect(signIn.code == "email_not_confirmed")
        }
    }

    @Test func `where sign-up is closed it says so, also in the settings`() async throws {
        try await AuthWorld.run(mode: .closed) { world in
            #expect(try await world.signUp().code == "signup_disabled")
            let settings = try await world.send(.get, "/auth/v1/settings")
            #expect(settings["disable_signup"] == true)
            #expect(settings["external"]?["email"] == true)
            #expect(settings["external"]?["google"] == false)
        }
    }

    @Test(arguments: [
        (#"{"email":"ada@example.com","password":"correct horse","data":{"name":"x\ud83d"}}"#, 400, "bad_json"),
        ("", 400, "bad_json"), ("{", 400, "bad_json"), ("[]", 400, "bad_json"), ("null", 400, "bad_json"),
        (#"{"data":{}}"#, 422, "anonymous_provider_disabled"),
        (#"{"password":"correct horse","data":null}"#, 400, "validation_failed"),
        (#"{"password":null,"email":""}"#, 422, "anonymous_provider_disabled"),
        (#"{"phone":"+420123456789","password":"correct horse"}"#, 400, "phone_provider_disabled"),
        (#"{"email":"ada@example.com"}"#, 400, "validation_failed"),
        (#"{"email":7,"password":"correct horse"}"#, 400, "validation_failed"),
        (#"{"email":"ada@example.com","password":"correct horse","data":"x"}"#, 400, "validation_failed"),
        (#"{"email":"no address","password":"correct horse"}"#, 400, "email_address_invalid"),
    ])
    func `a bad body is a clear error and leaves nothing`(body: String, status: Int, code: String) async throws {
        try await AuthWorld.run { world in
            let response = try await world.send(.post, "/auth/v1/signup", text: body)

            #expect(response.status == status)
            #expect(response.code == code)
            #expect(try await world.fixture.number("SELECT COUNT(*) AS value FROM users") == 0)
        }
    }

    @Test func `a body of more than a megabyte is refused`() async throws {
        try await AuthWorld.run { world in
            let long = String(repeating: " ", count: 1 << 20) + "{}"
            let response = try await world.send(.post, "/auth/v1/signup", text: long)

            #expect(response.status == 413)
            #expect(response.code == "request_entity_too_large")
        }
    }
}

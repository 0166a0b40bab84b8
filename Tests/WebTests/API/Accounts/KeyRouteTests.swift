import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

struct KeyRouteTests {
    @Test func `a key is shown once, works, and is listed without its secret`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()

            let made = try await world.send(.post, "/api/keys", ["name": "my app"], bearer: session.accessToken)
            let key = try #require(made["key"]?.string)
            let listed = try await world.send(.get, "/api/keys", bearer: session.accessToken)

            #expect(made.status == 201)
            #expect(made["name"] == "my app")
            #expect(made["createdAt"]?.string?.hasSuffix("Z") == true)
            #expect(key.hasPrefix(made["prefix"]?.string ?? "?"))
            #expect(listed["keys"]?.array?.count == 1)
            #expect(listed["keys"]?.array?.first?["id"] == made["id"])
            #expect(!listed.text.contains(key))
            for headers in [["Authorization": "Bearer \(key)"], ["authorization": "token \(key)"], ["apikey": key]] {
                let account = try await world.send(.get, "/api/whoami", headers: headers).text
                #expect(account == session["user"]?["id"]?.string)
            }
            let supabase = ["Authorization": "Bearer \(key)", "apikey": key]
            #expect(try await world.send(.get, "/api/whoami", headers: supabase).status == 200)
        }
    }

    @Test func `a revoked key is refused at once`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            let made = try await world.send(.post, "/api/keys", ["name": "my app"], bearer: session.accessToken)
            let (id, key) = (try #require(made["id"]?.string), try #require(made["key"]?.string))
            #expect(try await world.send(.get, "/api/whoami", bearer: key).status == 200)
            #expect(made.header("Location") == "/api/keys/\(id)")

            #expect(try await world.send(.delete, "/api/keys/\(id)", bearer: session.accessToken).status == 204)

            let response = try await world.send(.get, "/api/whoami", bearer: key)
            #expect(response.status == 401)
            #expect(response.code == "invalid_key")
            #expect(try await world.send(.delete, "/api/keys/\(id)", bearer: session.accessToken).status == 404)
        }
    }

    @Test func `somebody else's key does not exist`() async throws {
        try await AuthWorld.run { world in
            let ada = try await world.signUp("ada@example.com")
            let bob = try await world.signUp("bob@example.com")
            let made = try await world.send(.post, "/api/keys", ["name": "ada's"], bearer: ada.accessToken)
            let id = try #require(made["id"]?.string)

            #expect(try await world.send(.delete, "/api/keys/\(id)", bearer: bob.accessToken).status == 404)
            #expect(try await world.send(.get, "/api/keys", bearer: bob.accessToken)["keys"]?.array?.isEmpty == true)
            let foreign = try await world.send(
                .get, "/api/keys", bearer: bob.accessToken,
                headers: ["Darkroom-Account": ada["user"]?["id"]?.string ?? ""])
            #expect(foreign.status == 404)
            #expect(foreign.code == "not_found")
        }
    }

    @Test func `a key cannot make keys`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            let made = try await world.send(.post, "/api/keys", ["name": "my app"], bearer: session.accessToken)

            let response = try await world.send(.post, "/api/keys", ["name": "another"], bearer: made["key"]?.string)

            #expect(response.status == 403)
            #expect(response.code == "not_allowed")
        }
    }

    @Test func `keys come page by page, newest first`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            for number in 0..<5 {
                world.fixture.clock.advance(by: .milliseconds(1))
                let body: JSON = ["name": .string("\(number)")]
                _ = try await world.send(.post, "/api/keys", body, bearer: session.accessToken)
            }

            var names: [String] = []
            var cursor = ""
            var pages = 0
            repeat {
                let page = try await world.send(.get, "/api/keys?limit=2\(cursor)", bearer: session.accessToken)
                names += page["keys"]?.array?.compactMap { $0["name"]?.string } ?? []
                cursor = page["nextCursor"]?.string.map { "&cursor=\($0)" } ?? ""
                pages += 1
            } while !cursor.isEmpty && pages < 10

            #expect(names == ["4", "3", "2", "1", "0"])
            #expect(pages == 3)
        }
    }

    @Test(arguments: [
        ("", "invalid_json"), ("{}", "missing_parameter"), (#"{"name":7}"#, "invalid_parameter"),
        (#"{"name":" "}"#, "invalid_parameter"), (#"{"name":null}"#, "missing_parameter"),
        (#"{"name":"a","scope":"b"}"#, "unknown_parameter"),
    ])
    func `a key without a proper name is refused`(body: String, code: String) async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()

            #expect(try await world.send(.post, "/api/keys", text: body, bearer: session.accessToken).code == code)
        }
    }

    @Test(arguments: ["limit=0", "limit=101", "limit=x", "cursor=x"])
    func `a page that does not exist is refused`(query: String) async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()

            #expect(try await world.send(.get, "/api/keys?\(query)", bearer: session.accessToken).status == 422)
        }
    }
}

struct AuthenticationTests {
    @Test func `each refusal says what to do`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()

            func response(_ bearer: String?) async throws -> String {
                let response = try await world.send(.get, "/api/whoami", bearer: bearer)
                return "\(response.status) \(response.code ?? "")"
            }
            #expect(try await response(nil) == "401 unauthorized")
            #expect(try await response(world.identity.secrets.anonKey) == "401 unauthorized")
            #expect(try await response(world.identity.secrets.serviceRoleKey) == "401 unauthorized")
            #expect(try await response("nonsense") == "401 invalid_token")
            #expect(try await response("dk_nonsense") == "401 invalid_key")
            #expect(try await response(session.accessToken) == "200 ")
            let user = try #require(ID<User>(checking: session["user"]?["id"]?.string ?? ""))
            try await world.identity.sessions.end(.global, of: user, current: .make(at: world.fixture.clock.now))
            #expect(try await response(session.accessToken) == "401 session_ended")
            world.fixture.clock.advance(by: .seconds(3600))
            #expect(try await response(session.accessToken) == "401 expired_token")
        }
    }

    @Test func `the header names one of the user's accounts`() async throws {
        try await AuthWorld.run { world in
            let session = try await world.signUp()
            let user = try #require(ID<User>(checking: session["user"]?["id"]?.string ?? ""))
            let studio = try await world.fixture.account(with: user, as: .member)

            let inStudio = try await world.send(
                .get, "/api/whoami", bearer: session.accessToken, headers: ["Darkroom-Account": studio.rawValue])
            let keys = try await world.send(
                .get, "/api/keys", bearer: session.accessToken, headers: ["Darkroom-Account": studio.rawValue])

            #expect(inStudio.text == studio.rawValue)
            #expect(keys.status == 403)
        }
    }
}

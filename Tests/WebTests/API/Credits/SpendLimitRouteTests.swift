import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

struct SpendLimitRouteTests {
    @Test func `limits are set, shown and taken away`() async throws {
        try await AccountWorld.run { app in
            let none = try await app.get("/limits")
            let set = try await app.send(.put, "/limits/account", JSON(parsing: #"{"perDay": 12.5, "perMonth": 100}"#))
            try await app.world.submit(for: app.ada)
            let shown = try await app.get("/limits")
            let taken = try await app.send(.put, "/limits/account", [:])

            #expect(none["limits"] == [])
            #expect(set.status == 200 && set["limits"]?.array?.map { $0["period"] } == ["day", "month"])
            #expect(shown["limits"]?.array?.first?["amount"]?.text == "12.5")
            #expect(shown["limits"]?.array?.first?["spent"] == 6)
            #expect(shown["limits"]?.array?.first?["left"]?.text == "6.5")
            #expect(shown["limits"]?.array?.first?["renewsAt"]?.string?.hasSuffix("T00:00:00.000Z") == true)
            #expect(taken["limits"] == [])
        }
    }

    @Test func `a refusal names the limit, what is left, and when it renews`() async throws {
        try await AccountWorld.run { app in
            _ = try await app.send(.put, "/limits/account", ["perDay": 10])

            let first = try await app.send(.post, "/generate", ["prompt": "a red dress"])
            let second = try await app.send(.post, "/generate", ["prompt": "a red dress"])

            #expect(first.status == 202)
            #expect(second.status == 402 && second.code == "spend_limit_reached")
            #expect(second["error"]?["limit"] == ["scope": "account", "period": "day", "amount": 10])
            #expect(second["error"]?["left"] == 4 && second["error"]?["required"] == 6)
            #expect(second["error"]?["renewsAt"]?.string == (app.world.clock.now.startOfDay + .seconds(86_400)).text)
        }
    }

    @Test(arguments: [
        ("/limits/account", #"{"perDay": "ten"}"#, 422, "invalid_parameter"),
        ("/limits/account", #"{"perDay": -1}"#, 422, "invalid_parameter"),
        ("/limits/account", #"{"perDay": 1.234}"#, 422, "invalid_parameter"),
        ("/limits/account", #"{"perWeek": 1}"#, 422, "unknown_parameter"),
        ("/limits/members/nobody", "{}", 404, "not_found"),
        ("/limits/keys/01900000-0000-7000-8000-000000000000", "{}", 404, "not_found"),
    ])
    func `what is no limit is refused`(path: String, body: String, status: Int, code: String) async throws {
        try await AccountWorld.run { app in
            let response = try await app.send(.put, path, JSON(parsing: body))

            #expect(response.status == status && response.code == code)
        }
    }

    /// Who requests, whose limit is reached, and the member that names it.
    @Test(arguments: [("ada", "members", "memberId", "your membership"), ("key", "keys", "keyId", "this API key")])
    func `a refusal by a member's or a key's limit names it, and is not about others`(
        user: String, path: String, member: String, whose: String
    ) async throws {
        try await AccountWorld.run { app in
            try await app.join()
            let id = user == "key" ? app.key.rawValue : try #require(app.ada.user?.rawValue)
            let set = try await app.send(.put, "/limits/\(path)/\(id)", ["perMonth": 5])

            let refused = try await app.send(.post, "/generate", ["prompt": "a"], as: user)
            let other = try await app.send(.post, "/generate", ["prompt": "a"], as: user == "key" ? "ada" : "key")

            #expect(set.status == 200 && set["limits"]?.array?.map { $0[member]?.string } == [id])
            #expect(refused.status == 402 && refused.code == "spend_limit_reached")
            let limit = refused["error"]?["limit"]
            #expect(limit?[member]?.string == id && limit?["period"] == "month")
            #expect(refused["error"]?["message"]?.string?.contains("the spend limit of \(whose)") == true)
            #expect(refused["error"]?["left"] == 5 && refused.header("Retry-After") == nil)
            #expect(other.status == 202)
        }
    }

    @Test func `limits are listed with the members and keys that they are of`() async throws {
        try await AccountWorld.run { app in
            try await app.join()
            let user = try #require(app.ada.user?.rawValue)
            for (path, body) in [
                ("keys/\(app.key)", ["perDay": 3]), ("members/\(user)", ["perMonth": 2, "perDay": 1]),
                ("account", ["perMonth": 9, "perDay": nil]),
            ] as [(String, JSON)] {
                #expect(try await app.send(.put, "/limits/\(path)", body).status == 200)
            }

            let limits = try await app.get("/limits")["limits"]?.array ?? []

            #expect(limits.map { $0["scope"] } == ["account", "member", "member", "key"])
            #expect(limits.map { $0["period"] } == ["month", "day", "month", "day"])
            #expect(limits.map { $0["amount"] } == [9, 1, 2, 3])
            #expect(limits.map { $0["memberId"]?.string } == [nil, user, user, nil])
            #expect(limits.map { $0["keyId"]?.string } == [nil, nil, nil, app.key.rawValue])
        }
    }

    @Test(arguments: ["member", "key"])
    func `who manages no account sees and sets no limits`(user: String) async throws {
        try await AccountWorld.run { app in
            let list = try await app.get("/limits", as: user)
            let set = try await app.send(.put, "/limits/account", ["perDay": 1], as: user)

            for response in [list, set] {
                #expect(response.status == 403 && response.code == "not_allowed")
            }
            #expect(try await app.get("/limits")["limits"] == [])
        }
    }

    @Test func `another account's members and keys are none, in every way of naming them`() async throws {
        try await AccountWorld.run { app in
            try await app.join()
            let user = try #require(app.ada.user?.rawValue)
            for path in ["members/\(user)", "keys/\(app.key)", "members/x", "keys/x"] {
                let response = try await app.send(.put, "/limits/\(path)", ["perDay": 1], as: "bob")
                #expect(response.status == 404 && response.code == "not_found", "\(path)")
            }
            #expect(try await app.get("/limits", as: "bob")["limits"] == [])
        }
    }

    @Test(arguments: [("0", 0), ("0.01", 1), ("1000000000", 100_000_000_000)] as [(String, Int64)])
    func `a limit may be nothing, and is exact`(text: String, hundredths: Int64) async throws {
        try await AccountWorld.run { app in
            let set = try await app.send(.put, "/limits/account", text: #"{"perDay": \#(text)}"#)
            let shown = try await app.get("/limits")["limits"]?.array?.first

            #expect(set.status == 200 && shown?["amount"]?.text == text)
            #expect(shown?["left"]?.text == text && shown?["spent"] == 0)
            let first = try await app.send(.post, "/generate", ["prompt": "a"])
            #expect(first.status == (hundredths < 600 ? 402 : 202))
        }
    }

    @Test func `a body that sets no limit leaves those that there are`() async throws {
        try await AccountWorld.run { app in
            let bodies: [(String, Int, String, String?)] = [
                ("", 400, "invalid_json", nil), ("[]", 400, "invalid_json", nil), ("5", 400, "invalid_json", nil),
                (#"{"perMonth": true}"#, 422, "invalid_parameter", "perMonth"),
                (#"{"perDay": 1000000000.01}"#, 422, "invalid_parameter", "perDay"),
                (#"{"perDay": -0.01}"#, 422, "invalid_parameter", "perDay"),
                (#"{"perDay": 1, "perWeek": 1}"#, 422, "unknown_parameter", "perWeek"),
            ]
            _ = try await app.send(.put, "/limits/account", ["perDay": 50])

            for (body, status, code, field) in bodies {
                let response = try await app.send(.put, "/limits/account", text: body)
                #expect(response.status == status && response.code == code, "\(body)")
                #expect(response["error"]?["field"]?.string == field, "\(body)")
            }
            #expect(try await app.get("/limits")["limits"]?.array?.map { $0["amount"] } == [50])
        }
    }
}

extension AccountWorld {
    /// Makes ada a member of her own account, as signing up does.
    fileprivate func join() async throws {
        let (account, user) = (ada.account, ada.user)
        try await world.database.write(order: .alone) {
            _ = try $0.execute(
                "INSERT INTO members (account_id, user_id, role, created_at) VALUES ($1, $2, 'owner', 0)",
                account, user)
        }
    }
}

import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

struct SpendLimitRouteTests {
    @Test func `limits are set, shown and taken away`() async throws {
        try await CreditsWorld.run { app in
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
        try await CreditsWorld.run { app in
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
        try await CreditsWorld.run { app in
            let response = try await app.send(.put, path, JSON(parsing: body))

            #expect(response.status == status && response.code == code)
        }
    }
}

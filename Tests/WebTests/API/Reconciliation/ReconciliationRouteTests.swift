import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

struct ReconciliationRouteTests {
    @Test func `only administrators can read the reconciliation`() async throws {
        try await AdminWorld.run { world in
            let somebody = try await world.fixture.signedIn("ada@example.com")

            #expect(try await world.send(.get, "/reconciliation").status == 200)
            let refused = try await world.send(.get, "/reconciliation", bearer: .some(somebody.accessToken))
            #expect(refused.code == "admin_required")
            #expect(try await world.send(.get, "/reconciliation", bearer: .some(nil)).status == 401)
        }
    }

    @Test(arguments: TestEngine.available)
    func `every section says how much matches, and how to repair the rest`(on engine: TestEngine) async throws {
        try await AdminWorld.run(on: engine) { world in
            _ = try await world.fixture.signedIn("ada@example.com")
            try await world.database.write(order: .alone) {
                _ = try $0.execute("""
                    UPDATE balances SET available = available + 1
                    WHERE account_id = (SELECT MIN(account_id) FROM balances WHERE available > 0)
                    """)
            }

            let response = try await world.send(.get, "/reconciliation?limit=1")

            let sections = response["sections"]?.array ?? []
            #expect(response["clean"] == false)
            #expect(sections.map { $0["name"]?.string } == [
                "transactions", "balances", "lots", "reservations", "purchases", "limits", "jobs", "payments",
                "plans",
            ])
            let balances = sections[1]
            #expect(balances["compared"]?.integer == 2 && balances["isComplete"] == true)
            #expect(sections[0]["matchRate"] == 1 && balances["matchRate"]?.text == "0.5")
            #expect((balances["matched"]?.integer ?? 0) + (balances["mismatched"]?.integer ?? 0) == 2)
            let mismatch = try #require(balances["mismatches"]?.array?.first)
            #expect(balances["mismatches"]?.array?.count == 1)
            #expect(mismatch["code"] == "a_balance_is_the_sum_of_its_entries_available")
            #expect(mismatch["repair"]?["text"]?.string?.isEmpty == false && mismatch["repair"]?["command"] == nil)
            let sum = try #require(balances["sums"]?.array?.first)
            #expect(sum["unit"] == "credits" && sum["recorded"] != nil && sum["expected"] != nil)
            #expect(response["margin"]?["total"]?["jobs"] == 0 && response["margin"]?["lines"]?.array == [])
        }
    }

    @Test(arguments: [
        "/reconciliation?from=yesterday", "/reconciliation?from=2026-11-02&to=2026-11-01",
        "/reconciliation?from=2020-01-01&to=2026-01-01", "/reconciliation?stripe=perhaps", "/reconciliation?limit=0",
    ])
    func `an invalid query is refused`(path: String) async throws {
        try await AdminWorld.run { world in
            let response = try await world.send(.get, path)

            #expect(response.code == "invalid_parameter")
        }
    }

    @Test func `Stripe is asked where payments are set up, and only if the request says so`() async throws {
        try await AdminWorld.run { world in
            let wanted = try await world.send(.get, "/reconciliation?stripe=true")
            let unwanted = try await world.send(.get, "/reconciliation?stripe=false")
            #expect(wanted.code == "billing_not_configured" && unwanted.status == 200)
        }
        let clock = FakeTime()
        try await FakeStripe.with(clock) { stripe, url in
            try await AdminWorld.run(stripe: url) { world in
                #expect(try await world.send(.get, "/reconciliation").status == 200)
                #expect(stripe.requests.isEmpty)
                let response = try await world.send(.get, "/reconciliation?stripe=true")
                #expect(response["sections"]?.array?.suffix(2).map { $0["name"] } == ["stripe", "refunds"])
                #expect(response["clean"] == true)
                #expect(stripe.requests == ["GET /checkout/sessions", "GET /invoices", "GET /refunds", "GET /disputes"])
                stripe.isAway = true
                let away = try await world.send(.get, "/reconciliation?stripe=true")
                #expect(away.code == "payment_provider_unavailable")
            }
        }
    }
}

import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

struct BooksRouteTests {
    @Test func `the books are an administrator's to read, and nobody else's`() async throws {
        try await AdminWorld.run { world in
            let somebody = try await world.fixture.signedIn("ada@example.com")

            #expect(try await world.send(.get, "/books").status == 200)
            #expect(try await world.send(.get, "/books", bearer: .some(somebody.accessToken)).code == "administrators_only")
            #expect(try await world.send(.get, "/books", bearer: .some(nil)).status == 401)
        }
    }

    @Test(arguments: TestEngine.available)
    func `every section says how much matches, and what mends the rest`(on engine: TestEngine) async throws {
        try await AdminWorld.run(on: engine) { world in
            _ = try await world.fixture.signedIn("ada@example.com")
            try await world.database.write(order: .alone) { _ = try $0.execute("UPDATE balances SET available = available + 1 WHERE available > 0") }

            let answer = try await world.send(.get, "/books?limit=1")

            let sections = answer["sections"]?.array ?? []
            #expect(answer["clean"] == false)
            #expect(sections.map { $0["name"]?.string } == ["transactions", "balances", "lots", "reservations", "purchases", "limits", "jobs", "payments"])
            let balances = sections[1]
            #expect(balances["compared"]?.integer == 2 && balances["isComplete"] == true)
            #expect((balances["matched"]?.integer ?? 0) + (balances["mismatched"]?.integer ?? 0) == 2)
            let mismatch = try #require(balances["mismatches"]?.array?.first)
            #expect(balances["mismatches"]?.array?.count == 1)
            #expect(mismatch["code"] == "a_balance_is_the_sum_of_its_entries_available")
            #expect(mismatch["repair"]?["text"]?.string?.isEmpty == false && mismatch["repair"]?["command"] == nil)
            #expect(balances["sums"]?.array?.first?["unit"] == "credits")
            #expect(answer["margin"]?["total"]?["jobs"] == 0 && answer["margin"]?["lines"]?.array == [])
        }
    }

    @Test(arguments: [
        "/books?from=yesterday", "/books?from=2026-11-02&to=2026-11-01", "/books?from=2020-01-01&to=2026-01-01", "/books?stripe=perhaps",
        "/books?limit=0",
    ])
    func `a question that makes no sense is refused`(path: String) async throws {
        try await AdminWorld.run { world in
            let answer = try await world.send(.get, path)

            #expect(answer.code == "invalid_parameter")
        }
    }

    @Test func `Stripe is asked where payments are set up, and only when that is wanted`() async throws {
        try await AdminWorld.run { world in
            let wanted = try await world.send(.get, "/books?stripe=true")
            let unwanted = try await world.send(.get, "/books?stripe=false")
            #expect(wanted.code == "billing_off" && unwanted.status == 200)
        }
        let clock = FakeTime()
        try await FakeStripe.with(clock) { stripe, url in
            try await AdminWorld.run(stripe: url) { world in
                #expect(try await world.send(.get, "/books").status == 200)
                #expect(stripe.requests.isEmpty)
                let answer = try await world.send(.get, "/books?stripe=true")
                #expect(answer["sections"]?.array?.suffix(2).map { $0["name"] } == ["stripe", "refunds"] && answer["clean"] == true)
                #expect(stripe.requests == ["GET /checkout/sessions", "GET /invoices", "GET /refunds", "GET /disputes"])
                stripe.isAway = true
                #expect(try await world.send(.get, "/books?stripe=true").code == "payment_provider_unavailable")
            }
        }
    }
}

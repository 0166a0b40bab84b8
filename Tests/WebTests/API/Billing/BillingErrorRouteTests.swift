import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

/// Every code of the errors in `docs/api/billing.md`, as the routes respond with it.
struct BillingErrorRouteTests {
    // MARK: - Bodies

    @Test(arguments: [
        ("", "400 invalid_json"), ("{", "400 invalid_json"), ("[]", "400 invalid_json"), ("null", "400 invalid_json"),
        (#""small""#, "400 invalid_json"), ("pack=small", "400 invalid_json"),
        (#"{"pack": 5}"#, "422 invalid_parameter pack"), (#"{"pack": ["small"]}"#, "422 invalid_parameter pack"),
        (#"{"plan": true}"#, "422 invalid_parameter plan"), (#"{"pack": null}"#, "422 missing_parameter pack"),
        (#"{"pack": ""}"#, "422 unknown_pack pack"), (#"{"pack": "plan:pro"}"#, "422 unknown_pack pack"),
        (#"{"pack": "sm\u0000all"}"#, "422 invalid_parameter pack"), (#"{"plan": "small"}"#, "422 unknown_plan plan"),
        (#"{"pack": "small", "successUrl": 5}"#, "422 invalid_parameter successUrl"),
        (#"{"pack": "small", "cancelUrl": "/credits"}"#, "422 invalid_parameter cancelUrl"),
        (#"{"pack": "small", "credits": 1000}"#, "422 unknown_parameter credits"),
    ])
    func `a checkout with a wrong body is refused, and nothing is asked of Stripe`(
        text: String, outcome: String
    ) async throws {
        try await PaymentWorld.run { world in
            let response = try await world.post("/api/billing/checkout", text)

            #expect(response.outcome == outcome)
            #expect(world.stripe.requests.isEmpty)
            #expect(try await world.fixture.number("SELECT COUNT(*) AS value FROM checkouts") == 0)
        }
    }

    @Test(arguments: [
        ("[]", "400 invalid_json"), ("{", "400 invalid_json"),
        (#"{"returnUrl": 5}"#, "422 invalid_parameter returnUrl"),
        (#"{"returnUrl": "https://evil.example"}"#, "422 invalid_parameter returnUrl"),
        (#"{"url": "x"}"#, "422 unknown_parameter url"), ("{}", "200"), ("", "200"), (#"{"returnUrl": null}"#, "200"),
    ])
    func `the portal takes an address or nothing`(text: String, outcome: String) async throws {
        try await PaymentWorld.run { world in
            let response = try await world.post("/api/billing/portal", text)
            #expect(response.outcome == outcome)
        }
    }

    @Test func `bodies have a bound`() async throws {
        try await PaymentWorld.run { world in
            let long = #"{"pack": ""# + String(repeating: "x", count: 64 << 10) + #""}"#
            for path in ["/api/billing/checkout", "/api/billing/portal"] {
                #expect(try await world.post(path, long).outcome == "413 body_too_large")
            }
            let event = [UInt8](repeating: 32, count: 1 << 20) + [32]
            let reported = try await world.sendEvent(event, signature: world.stripe.sign(event))
            #expect(reported.outcome == "413 body_too_large")
        }
    }

    @Test func `a key for the same request again is one printable line`() async throws {
        try await PaymentWorld.run { world in
            for key in ["", String(repeating: "k", count: 256)] {
                let response = try await world.send(
                    .post, "/api/billing/checkout", ["pack": "small"], headers: ["Idempotency-Key": key])
                #expect(response.outcome == "400 invalid_idempotency_key Idempotency-Key")
            }
        }
    }

    // MARK: - Changes of plan

    @Test
    func `a change of plan is refused if it changes nothing, is unpaid, or its payment is declined`() async throws {
        try await PaymentWorld.run { world in
            let id = try await world.subscribe("basic")

            let same = try await world.send(.post, "/api/billing/checkout", ["plan": "basic"])
            #expect(same.outcome == "409 already_on_plan plan")

            let request = "POST /subscriptions/\(id)"
            world.stripe.refuse(request, with: 402, [
                "type": "card_error", "code": "card_declined", "message": "Your card has too little money.",
            ])
            let declined = try await world.send(.post, "/api/billing/checkout", ["plan": "pro"])
            #expect(declined.outcome == "402 payment_declined")
            #expect(declined["error"]?["message"]?.string?.contains("Your card has too little money.") == true)
            world.stripe.refuse(request, with: 402, nil)

            world.stripe.set(id, ["status": "past_due"])
            let unpaid = try await world.send(.post, "/api/billing/checkout", ["plan": "pro"])
            #expect(unpaid.outcome == "409 subscription_unpaid")

            let seen = try await world.send(.get, "/api/billing/subscription")
            #expect(seen["plan"]?["name"] == "basic" && seen["subscription"]?["status"] == "past_due")
        }
    }

    // MARK: - Stripe

    @Test(arguments: ["checkout", "portal"])
    func `a refusal of Stripe's is the operator's to solve, and does not say what Stripe said`(
        route: String
    ) async throws {
        try await PaymentWorld.run { world in
            for request in ["POST /checkout/sessions", "POST /billing_portal/sessions"] {
                world.stripe.refuse(request, with: 403, [
                    "type": "invalid_request_error", "message": "The key sk_test_x lacks a right.",
                ])
            }
            let body = route == "portal" ? "{}" : #"{"pack": "small"}"#
            let response = try await world.post("/api/billing/\(route)", body)

            #expect(response.outcome == "502 payment_provider_refused")
            #expect(!response.text.contains("sk_test_x"))
        }
    }

    @Test func `without a response of Stripe's it is to be tried again, and the same key then goes on`() async throws {
        try await PaymentWorld.run { world in
            let headers = ["Idempotency-Key": "one"]
            world.stripe.isAway = true
            for (path, body) in [("checkout", ["pack": "small"]), ("portal", [:])] as [(String, JSON)] {
                let away = try await world.send(.post, "/api/billing/\(path)", body, headers: headers)
                #expect(away.outcome == "503 payment_provider_unavailable" && away.header("Retry-After") == "10")
            }
            world.stripe.isAway = false

            let made = try await world.send(.post, "/api/billing/checkout", ["pack": "small"], headers: headers)
            #expect(made.status == 201 && made["checkout"]?["state"] == "open")
            #expect(try await world.fixture.number("SELECT COUNT(*) AS value FROM checkouts") == 1)
        }
    }

    @Test func `a checkout is shown as it is known while Stripe is unavailable`() async throws {
        try await PaymentWorld.run { world in
            let made = try await world.send(.post, "/api/billing/checkout", ["pack": "small"])
            world.stripe.isAway = true

            let seen = try await world.send(.get, "/api/billing/checkout/\(made["checkout"]?["id"]?.string ?? "")")
            #expect(seen.status == 200 && seen["checkout"] == made["checkout"])
        }
    }

    // MARK: - Of whom

    @Test func `a checkout of another account, of none or by no id is not found`() async throws {
        try await PaymentWorld.run { world in
            let made = try await world.send(.post, "/api/billing/checkout", ["pack": "small"])
            let id = made["checkout"]?["id"]?.string ?? ""
            let other = try await world.fixture.signedIn("bob@example.com").accessToken

            #expect(try await world.send(.get, "/api/billing/checkout/\(id)", bearer: other).outcome == "404 not_found")
            for id in [String(id.dropLast()), "none", ID<Checkout>.random().rawValue, "a%00b"] {
                #expect(try await world.send(.get, "/api/billing/checkout/\(id)").outcome == "404 not_found")
            }
            #expect(try await world.send(.get, "/api/billing/checkout/\(id.uppercased())").status == 200)
        }
    }

    @Test(arguments: [
        ("limit=0", "422 invalid_parameter limit"), ("limit=101", "422 invalid_parameter limit"),
        ("limit=ten", "422 invalid_parameter limit"), ("cursor=x", "422 invalid_parameter cursor"),
        ("limit=100", "200"),
    ])
    func `a page of purchases has a bound and a place`(query: String, outcome: String) async throws {
        try await PaymentWorld.run { world in
            let response = try await world.send(.get, "/api/billing/purchases?\(query)")
            #expect(response.outcome == outcome)
        }
    }

    @Test func `nobody who is not signed in buys anything, or sees what was bought`() async throws {
        try await PaymentWorld.run { world in
            for (method, path) in [
                (.get, "subscription"), (.get, "purchases"), (.get, "checkout/x"), (.post, "checkout"),
                (.post, "portal"),
            ] as [(HTTPRequest.Method, String)] {
                let body = method == .post ? "{}" : nil
                let response = try await world.send(method, "/api/billing/\(path)", text: body, bearer: nil)
                #expect(response.outcome == "401 unauthorized", "\(path)")
            }
        }
    }
}

extension PaymentWorld {
    fileprivate func post(_ path: String, _ text: String) async throws -> JSONResponse {
        try await send(.post, path, text: text, bearer: owner.accessToken)
    }

    /// Pays for a plan and comes back. Returns Stripe's id of the subscription.
    fileprivate func subscribe(_ plan: String) async throws -> String {
        let made = try await send(.post, "/api/billing/checkout", ["plan": .string(plan)])
        let session = made["checkout"]?["url"]?.string?.split(separator: "/").last.map { String($0) } ?? ""
        stripe.pay(session)
        _ = try await send(.get, "/api/billing/checkout/\(made["checkout"]?["id"]?.string ?? "")")
        return stripe[session]["subscription"]?.string ?? ""
    }
}

extension JSONResponse {
    /// The status, and the code and the field of an error.
    var outcome: String {
        [String(status), code, self["error"]?["field"]?.string].compactMap { $0 }.joined(separator: " ")
    }
}

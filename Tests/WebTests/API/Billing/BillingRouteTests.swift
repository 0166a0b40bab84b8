import Core
import HTTPTypes
import SQL
import TestSupport
import Testing

struct BillingRouteTests {
    @Test func `a pack is listed, paid on Stripe's page, reported by its webhook, and granted`() async throws {
        try await PaymentWorld.run { world in
            let offers = try await world.send(.get, "/api/billing/packs", text: nil, bearer: nil)
            #expect(offers["packs"]?.array?.compactMap { $0["name"]?.string } == ["small", "medium", "large", "studio"])
            #expect(offers["plans"]?.array?.compactMap { $0["name"]?.string } == ["free", "basic", "pro", "enterprise"])
            #expect(offers["plans"]?.array?.compactMap { $0["amount"]?.integer } == [1900, 5900, 24_900])

            let made = try await world.send(.post, "/api/billing/checkout", ["pack": "small"])
            #expect(made.status == 201)
            let checkout = try #require(made["checkout"])
            #expect(checkout["state"] == "open" && checkout["credits"] == 100)
            #expect(checkout["amount"] == 500 && checkout["currency"] == "usd")
            #expect(made.header("Location") == "/api/billing/checkout/\(checkout["id"]?.string ?? "")")
            let session = try #require(checkout["url"]?.string?.split(separator: "/").last.map { String($0) })
            world.stripe.pay(session)
            let event = world.stripe.event("checkout.session.completed", session)
            let reported = try await world.sendEvent(event, signature: world.stripe.sign(event))

            #expect(reported.status == 200 && reported["received"] == true)
            let seen = try await world.send(.get, "/api/billing/checkout/\(checkout["id"]?.string ?? "")")
            #expect(seen["checkout"]?["state"] == "paid" && seen["checkout"]?["url"] == nil)
            let purchases = try await world.send(.get, "/api/billing/purchases")
            #expect(purchases["purchases"]?.array?.map { $0["credits"] } == [100])
        }
    }

    @Test func `the plan in force is shown, with the subscription that pays for it`() async throws {
        try await PaymentWorld.run { world in
            let before = try await world.send(.get, "/api/billing/subscription")
            #expect(before["plan"]?["name"] == "free" && before["subscription"] == nil && before["owedCredits"] == 0)
            #expect(before["limits"] == ["concurrentJobs": 1, "jobsPerHour": 10, "boughtCredits": false])
            let made = try await world.send(.post, "/api/billing/checkout", ["plan": "pro"])
            let session = try #require(made["checkout"]?["url"]?.string?.split(separator: "/").last.map { String($0) })
            world.stripe.pay(session)

            // The user comes back before the webhook has arrived.
            let seen = try await world.send(.get, "/api/billing/checkout/\(made["checkout"]?["id"]?.string ?? "")")

            #expect(seen["checkout"]?["state"] == "paid")
            let after = try await world.send(.get, "/api/billing/subscription")
            #expect(after["plan"]?["name"] == "pro" && after["subscription"]?["status"] == "active")
            // A plan's credits are no bought ones.
            #expect(after["limits"] == ["concurrentJobs": 3, "jobsPerHour": 300, "boughtCredits": false])
        }
    }

    @Test func `who buys a pack sees the limits that it lifts, and not another plan`() async throws {
        try await PaymentWorld.run { world in
            let made = try await world.send(.post, "/api/billing/checkout", ["pack": "small"])
            let session = try #require(made["checkout"]?["url"]?.string?.split(separator: "/").last.map { String($0) })
            world.stripe.pay(session)
            _ = try await world.send(.get, "/api/billing/checkout/\(made["checkout"]?["id"]?.string ?? "")")

            let after = try await world.send(.get, "/api/billing/subscription")

            #expect(after["limits"] == ["concurrentJobs": 2, "jobsPerHour": 60, "boughtCredits": true])
            #expect(after["plan"]?["name"] == "free" && after["plan"]?["concurrentJobs"] == 1)
            let other = try await world.send(.post, "/api/billing/checkout", ["plan": "pay_as_you_go"])
            #expect(other.outcome == "422 unknown_plan plan")
        }
    }

    @Test func `a change of plan is answered with what it was billed and what that brought`() async throws {
        try await PaymentWorld.run { world in
            func change(to plan: String) async throws -> JSON? {
                try await world.send(.post, "/api/billing/checkout", ["plan": .string(plan)])["checkout"]
            }
            let made = try #require(try await change(to: "basic"))
            let session = try #require(made["url"]?.string?.split(separator: "/").last.map { String($0) })
            world.stripe.pay(session)
            let first = try await world.send(.get, "/api/billing/checkout/\(made["id"]?.string ?? "")")["checkout"]
            #expect(first?["state"] == "paid" && first?["credits"] == 500 && first?["amount"] == 1900)

            let up = try await change(to: "pro")
            let down = try await change(to: "basic")

            #expect(up?["state"] == "paid" && up?["credits"] == 1500 && up?["amount"] == 4000)
            #expect(down?["state"] == "paid" && down?["credits"] == 0 && down?["amount"] == 0)
            let stored = try await world.send(.get, "/api/billing/checkout/\(up?["id"]?.string ?? "")")
            #expect(stored["checkout"] == up)
        }
    }

    @Test func `the portal is a page of Stripe`() async throws {
        try await PaymentWorld.run { world in
            let response = try await world.send(
                .post, "/api/billing/portal", ["returnUrl": "https://app.example.com/credits"])

            #expect(response.status == 200 && response["url"] == "https://stripe.test/portal")
        }
    }

    @Test func `wrong requests are refused each by its code, and none of them reaches Stripe`() async throws {
        try await PaymentWorld.run { world in
            for (body, status, code) in [
                (["pack": "none"], 422, "unknown_pack"), (["plan": "free"], 422, "unknown_plan"),
                ([:], 422, "missing_parameter"), (["pack": "small", "plan": "pro"], 422, "missing_parameter"),
                (["pack": "small", "amount": 1], 422, "unknown_parameter"),
                (["pack": "small", "successUrl": "https://evil.example"], 422, "invalid_parameter"),
                (["pack": "small", "cancelUrl": "javascript:alert(1)"], 422, "invalid_parameter"),
            ] as [(JSON, Int, String)] {
                let response = try await world.send(.post, "/api/billing/checkout", body)
                #expect(response.status == status && response.code == code, "\(body): \(response.text)")
            }
            let away = try await world.send(
                .post, "/api/billing/checkout", ["pack": "small", "successUrl": "https://evil.example"])
            #expect(away["error"]?["message"]?.string?.contains("DARKROOM_CORS_ORIGIN") == true, "what to set")
            #expect(try await world.send(.get, "/api/billing/checkout/nothing").status == 404)
            #expect(world.stripe.requests.isEmpty)
        }
    }

    @Test(arguments: ["https://app.example.com/thanks?a=b", "http://localhost:3000/thanks", "http://[::1]/"])
    func `a pay page leads back to an app whose pages may call`(url: String) async throws {
        try await PaymentWorld.run { world in
            let body: JSON = ["pack": "small", "successUrl": .string(url), "cancelUrl": .string(url)]
            let response = try await world.send(.post, "/api/billing/checkout", body)
            #expect(response.status == 201, "\(response.text)")
        }
    }

    @Test func `the same key is the same checkout, and another body is refused`() async throws {
        try await PaymentWorld.run { world in
            let key = ["Idempotency-Key": "one"]

            let first = try await world.send(.post, "/api/billing/checkout", ["pack": "small"], headers: key)
            let again = try await world.send(.post, "/api/billing/checkout", ["pack": "small"], headers: key)
            let other = try await world.send(.post, "/api/billing/checkout", ["pack": "large"], headers: key)
            let spelled = try await world.send(
                .post, "/api/billing/checkout", text: #"{ "\u0070ack": "small" }"#,
                bearer: world.owner.accessToken, headers: key)

            #expect(first["checkout"] == again["checkout"] && first["checkout"] == spelled["checkout"])
            let replayed = try #require(HTTPField.Name("Idempotent-Replayed"))
            #expect(first.headers[replayed] == nil && again.headers[replayed] == "true")
            #expect(other.status == 409 && other.code == "idempotency_key_reused")
        }
    }

    @Test func `only an owner who is signed in pays, and an API key cannot`() async throws {
        try await PaymentWorld.run { world in
            let actor = Actor(
                account: world.owner.user.personalAccount, user: world.owner.user.id, key: nil, role: .owner,
                platformRole: .user)
            let (_, secret) = try await world.fixture.identity.apiKeys.create(named: "app", by: actor)
            for (method, path) in [(HTTPRequest.Method.post, "/api/billing/checkout"), (.post, "/api/billing/portal")] {
                let body: JSON = path.hasSuffix("portal") ? [:] : ["pack": "small"]
                let response = try await world.send(method, path, body, bearer: secret)
                #expect(response.status == 403 && response.code == "not_allowed")
            }
        }
    }

    @Test func `a webhook that is not Stripe's is refused, each for its reason`() async throws {
        try await PaymentWorld.run { world in
            let event = world.stripe.event("invoice.paid", "in_1")
            let thin = Array(#"{"object":"v2.core.event"}"#.utf8)
            let good = world.stripe.sign(event)
            for (body, signature, code) in [
                (event, nil, "stripe_signature_missing"), (event, "t=1", "stripe_signature_malformed"),
                (event + [32], good, "stripe_signature_invalid"),
                (thin, world.stripe.sign(thin), "stripe_event_malformed"),
            ] as [([UInt8], String?, String)] {
                let response = try await world.sendEvent(body, signature: signature)
                #expect(response.status == 400 && response.code == code, "\(response.text)")
            }
            for (body, signature, code) in [
                (thin, "t=1", "stripe_signature_malformed"),
                (thin, world.stripe.sign(thin), "content_encoding_unsupported"),
            ] as [([UInt8], String, String)] {
                let response = try await world.sendEvent(
                    body, signature: signature, headers: ["Content-Encoding": "gzip"])
                #expect(response.code == code, "the signature comes first")
            }
            world.fixture.clock.advance(by: .seconds(301))
            #expect(try await world.sendEvent(event, signature: good).code == "stripe_signature_stale")
        }
    }

    @Test func `without a response from Stripe a checkout is refused with 503`() async throws {
        try await PaymentWorld.run { world in
            world.stripe.isAway = true
            let away = try await world.send(.post, "/api/billing/checkout", ["pack": "small"])
            #expect(away.status == 503 && away.code == "payment_provider_unavailable")
        }
    }

    @Test func `where payments are not set up the catalog is there, and nothing can be bought`() async throws {
        try await PaymentWorld.run(isOn: false) { world in
            #expect(try await world.send(.get, "/api/billing/packs").status == 200)
            for path in ["/api/billing/checkout", "/api/billing/portal", "/api/stripe/webhook"] {
                let response = try await world.send(.post, path, ["pack": "small"])
                #expect(response.status == 503 && response.code == "billing_not_configured", "\(path)")
            }
        }
    }
}

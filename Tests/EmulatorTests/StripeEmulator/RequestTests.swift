import Core
import Foundation
import Testing
@testable import StripeEmulator

/// What is refused before any object is touched.
struct RequestTests {
    @Test(
        arguments: [
            ("Bearer sk_test_world", 200), ("bearer sk_test_world", 200), ("Basic c2tfdGVzdF93b3JsZDo=", 200),
            ("Basic c2tfdGVzdF93b3JsZA==", 200), ("Bearer sk_test_other", 401), ("Bearer sk_test_worl", 401),
            ("Bearer", 401), ("", 401), ("sk_test_world", 401), ("Basic ???", 401), ("Basic OnNrX3Rlc3Rfd29ybGQ=", 401),
        ])
    func `the key comes as a token, or as the name of a user`(header: String, status: Int) async throws {
        try await StripeWorld.with { world in
            let reply = try await world.call(.get, "/v1/customers", authorization: header)

            #expect(reply.status == status)
            #expect(status == 200 || reply.refusal == "401 invalid_request_error api_key_invalid -")
        }
    }

    @Test func `without a key nothing is done`() async throws {
        try await StripeWorld.with { world in
            let reply = try await world.call(.post, "/v1/customers", "name=Ada", authorization: nil)

            #expect(reply.refusal == "401 invalid_request_error - -")
            #expect(try await world.get("/v1/customers").at("data") == [])
        }
    }

    @Test(arguments: [("sk_test_any", 200), ("sk_live_any", 401), ("pk_test_any", 401)])
    func `without a key of its own the emulator takes those of tests, and none of real money`(
        key: String, status: Int
    ) async throws {
        try await StripeWorld.with { world in
            let open = StripeWorld(
                emulator: world.emulator, api: API(emulator: world.emulator, key: nil), clock: world.clock)

            let reply = try await open.call(.get, "/v1/customers", authorization: "Bearer \(key)")

            #expect(reply.status == status)
        }
    }

    @Test(
        arguments: [
            ("GET", "/v1/shoes"), ("DELETE", "/v1/prices/price_1"), ("POST", "/v1/events"),
            ("GET", "/v1/customers/cus_1/cards"), ("GET", "/v1"), ("GET", "/_emulator/shoes"),
        ])
    func `an unknown route is not found`(method: String, path: String) async throws {
        try await StripeWorld.with { world in
            let method = try #require(APIRequest.Method(rawValue: method))

            let reply = try await world.call(method, path)

            #expect(reply.refusal == "404 invalid_request_error - -")
        }
    }

    @Test(
        arguments: [
            "/v1/customers", "/v1/products", "/v1/prices", "/v1/payment_methods", "/v1/checkout/sessions",
            "/v1/billing_portal/configurations", "/v1/subscriptions", "/v1/invoices", "/v1/invoice_payments",
            "/v1/payment_intents", "/v1/charges", "/v1/refunds", "/v1/disputes", "/v1/events", "/v1/webhook_endpoints",
            "/v1/test_helpers/test_clocks",
        ])
    func `what does not exist is missing, and a parameter that does not exist is refused`(path: String) async throws {
        try await StripeWorld.with { world async throws in
            #expect(
                try await world.refusal(.get, path + "/none") == "404 invalid_request_error resource_missing id")
            #expect(
                try await world.refusal(.get, path, "shoe_size=42")
                    == "400 invalid_request_error parameter_unknown shoe_size")
        }
    }

    @Test(
        arguments: [
            ("2026-10-28.endive", "2026-10-28.endive"), ("2025-02-24.acacia", "2025-02-24.acacia"),
            ("2020-08-27", "2020-08-27"), ("endive", nil), ("2026-10-28.", nil), ("2026-10-28.Endive", nil),
            ("2026-10-28.endive.1", nil), ("2026/10/28", nil), ("26-10-28.endive", nil), ("", nil),
        ] as [(String, String?)])
    func `a version is a date, with or without a name`(text: String, expected: String?) async throws {
        #expect(APIVersion(text)?.text == expected)
        try await StripeWorld.with { world async throws in
            #expect(
                try await world.call(.get, "/v1/customers", version: text).status == (expected == nil ? 400 : 200))
        }
    }

    @Test(arguments: ["a[b=1", "name=%zz", "name=1&name[x]=2"])
    func `a form that cannot be read is refused`(form: String) async throws {
        try await StripeWorld.with { world async throws in
            #expect(try await world.refusal(.post, "/v1/customers", form) == "400 invalid_request_error - -")
        }
    }

    @Test(
        arguments: [
            ("/v1/customers", "email=nowhere", "email_invalid email"),
            ("/v1/customers", "test_clock=clock_none", "resource_missing test_clock"),
            ("/v1/customers", "payment_method=pm_none", "resource_missing payment_method"),
            ("/v1/prices", "currency=usd&unit_amount=1", "parameter_missing product"),
            ("/v1/prices", "product=prod_none&currency=usd&unit_amount=1", "resource_missing product"),
            ("/v1/prices", "unit_amount=1&product_data[name]=x", "parameter_missing currency"),
            ("/v1/prices", "currency=usd&product_data[name]=x", "parameter_missing unit_amount"),
            ("/v1/prices", "currency=xxq&unit_amount=1&product_data[name]=x", "- currency"),
            ("/v1/prices", "currency=dollar&unit_amount=1&product_data[name]=x", "- currency"),
            ("/v1/prices", "currency=usd&unit_amount=-1&product_data[name]=x", "parameter_invalid_integer unit_amount"),
            ("/v1/prices", "currency=usd&unit_amount=9.99&product_data[name]=x",
                "parameter_invalid_integer unit_amount"),
            ("/v1/prices", "currency=usd&unit_amount=1&product_data[id]=x", "parameter_missing product_data[name]"),
            ("/v1/prices", "currency=usd&unit_amount=1&product_data[name]=x&recurring[interval]=hour",
                "- recurring[interval]"),
            ("/v1/prices", "currency=usd&unit_amount=1&product_data[name]=x&recurring[interval_count]=2",
                "parameter_missing recurring[interval]"),
            ("/v1/prices", "currency=usd&unit_amount=1&product_data[name]=x&recurring=month", "- recurring"),
            ("/v1/products", "name=", "parameter_missing name"),
            ("/v1/subscriptions", "", "parameter_missing customer"),
            ("/v1/subscriptions", "customer=cus_none", "resource_missing customer"),
            ("/v1/billing_portal/sessions", "customer=cus_none", "resource_missing customer"),
            ("/v1/webhook_endpoints", "url=http://x", "parameter_missing enabled_events"),
            ("/v1/webhook_endpoints", "url=x&enabled_events[]=*", "url_invalid url"),
            ("/v1/test_helpers/test_clocks", "", "parameter_missing frozen_time"),
            ("/v1/test_helpers/test_clocks", "frozen_time=-1", "parameter_invalid_integer frozen_time"),
        ])
    func `a wrong parameter is named`(path: String, form: String, refusal: String) async throws {
        try await StripeWorld.with { world in
            let reply = try await world.call(.post, path, form)

            #expect(reply.refusal == "400 invalid_request_error " + refusal)
            #expect(reply.body.at("error.message").string?.isEmpty == false)
            #expect(try await world.events().isEmpty)
        }
    }

    @Test func `each response can wait, so that calls overlap`() async throws {
        try await StripeWorld.with { world in
            _ = try await world.post("/_emulator/faults", "answer_delay=1.5")
            let before = world.clock.now

            _ = try await world.get("/v1/customers")
            #expect(try await world.refusal(.get, "/v1/customers/none").hasPrefix("404"))

            #expect(world.clock.now - before == .seconds(3))
        }
    }
}

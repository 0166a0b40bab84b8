import Core
import Testing
@testable import StripeEmulator

struct PriceTests {
    @Test(
        arguments: [
            (999, "usd", "$9.99"), (5, "usd", "$0.05"), (0, "eur", "€0.00"), (1200, "chf", "12.00 CHF"),
            (500, "jpy", "¥500"), (500, "krw", "500 KRW"), (-999, "gbp", "−£9.99"), (-500, "jpy", "−¥500"),
            (123_456_789, "usd", "$1234567.89"), (1500, "kwd", "1.500 KWD"), (-10, "bhd", "−0.010 BHD"),
            (500, "isk", "5 ISK"),
        ] as [(Int64, String, String)])
    func `an amount is shown in units of its currency`(amount: Int64, currency: String, text: String) {
        #expect(Amount.text(amount, currency) == text)
    }

    @Test(arguments: [
        ("kwd", 1505, "unit_amount"), ("isk", 550, "unit_amount"), ("ugx", 50, "unit_amount"), ("kwd", 1500, nil),
        ("ISK", 500, nil), ("huf", 505, nil),
    ] as [(String, Int, String?)])
    func `a price that its currency cannot be charged in is refused, as by Stripe`(
        currency: String, amount: Int, parameter: String?
    ) async throws {
        try await StripeWorld.with { world in
            let form = "currency=\(currency)&unit_amount=\(amount)&product_data[name]=Plan"
            let reply = try await world.call(.post, "/v1/prices", form)

            guard let parameter else {
                #expect(reply.status == 200)
                return
            }
            let code = "invalid_charge_amount_no_decimal_compatible"
            #expect(reply.refusal == "400 invalid_request_error \(code) \(parameter)")
        }
    }

    @Test func `a part of a payment in thousandths is refunded by tens`() async throws {
        try await StripeWorld.with { world in
            let paid = try await world.pay(world.session(1500, currency: "kwd"))
            let intent = try #require(paid.at("payment_intent").string)
            let form = "payment_intent=\(intent)&amount="

            let refusal = try await world.refusal(.post, "/v1/refunds", form + "755")
            #expect(refusal == "400 invalid_request_error invalid_charge_amount_no_decimal_compatible amount")
            #expect(try await world.post("/v1/refunds", form + "750").at("amount") == 750)
        }
    }

    @Test func `a plan without a minor unit is billed and prorated in whole units`() async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(501, currency: "JPY"))
            try await world.move(to: "2027-01-16T12:00:00Z")

            _ = try await world.change(
                subscription, to: world.price(1001, currency: "jpy"), "&proration_behavior=always_invoice")

            let invoice = try await world.latestInvoice(of: subscription)
            #expect(subscription.at("currency") == "jpy" && invoice.at("currency") == "jpy")
            #expect(invoice.at("lines.data.*.amount") == [-251, 501])
        }
    }

    @Test func `the amount of a price never changes`() async throws {
        try await StripeWorld.with { world in
            let price = try await world.price(1000)

            #expect(
                try await world.refusal(.post, "/v1/prices/\(price)", "unit_amount=1")
                    == "400 invalid_request_error parameter_unknown unit_amount")
            let changed = try await world.post("/v1/prices/\(price)", "nickname=Old&active=false")
            #expect(changed.at("nickname") == "Old" && changed.at("active") == false)
            #expect(
                try await world.refusal(
                    .post, "/v1/subscriptions", "customer=\(world.customer())&items[0][price]=\(price)")
                    == "400 invalid_request_error - items[0][price]")
        }
    }

    @Test func `a lookup key names one price, and moves only on request`() async throws {
        try await StripeWorld.with { world in
            let form = "currency=usd&unit_amount=1&product_data[name]=x&lookup_key=small"
            let first = try await world.post("/v1/prices", form)
            #expect(
                try await world.refusal(.post, "/v1/prices", form) == "400 invalid_request_error - lookup_key")

            let second = try await world.post("/v1/prices", form + "&transfer_lookup_key=true")

            #expect(try await world.get("/v1/prices/\(first.id)").at("lookup_key") == .null)
            let found = try await world.get("/v1/prices", "lookup_keys[]=small&lookup_keys[]=large")
            #expect(found.at("data.*.id") == [.string(second.id)])
        }
    }

    @Test(
        arguments: [
            ("", ["3", "2", "1"]), ("type=recurring", ["3", "2"]), ("type=one_time", ["1"]), ("currency=eur", ["3"]),
            ("active=true", ["3", "1"]), ("active=false", ["2"]),
        ] as [(String, JSON)])
    func `prices are found by what they are`(query: String, amounts: JSON) async throws {
        try await StripeWorld.with { world in
            _ = try await world.price(1, nil)
            _ = try await world.post("/v1/prices/\(world.price(2))", "active=false")
            _ = try await world.price(3, currency: "eur")

            #expect(try await world.get("/v1/prices", query).at("data.*.unit_amount_decimal") == amounts)
        }
    }

    @Test func `a product can have a default price from the start, and an id of the caller's`() async throws {
        try await StripeWorld.with { world in
            let form = "id=pack&name=Pack&default_price_data[currency]=usd&default_price_data[unit_amount]=500"
            let product = try await world.post("/v1/products", form + "&expand[]=default_price")

            #expect(product.id == "pack" && product.at("default_price.unit_amount") == 500)
            #expect(product.at("default_price.product") == "pack")
            #expect(
                try await world.refusal(.post, "/v1/products", "id=pack&name=Other")
                    == "400 invalid_request_error resource_already_exists id")
            #expect(
                try await world.refusal(.post, "/v1/products/pack", "default_price=price_none")
                    == "400 invalid_request_error resource_missing default_price")
        }
    }
}

import Core
import Testing
@testable import StripeEmulator

struct CancellationTests {
    private func withPlan(_ body: (StripeWorld, JSON, _ path: String) async throws -> Void) async throws {
        try await StripeWorld.with { world in
            let subscription = try await world.subscription(to: world.price(1000))
            try await body(world, subscription, "/v1/subscriptions/\(subscription.id)")
        }
    }

    @Test func `one that ends with its period lasts until then, and is not billed again`() async throws {
        try await withPlan { world, subscription, path in
            try await world.move(to: "2027-01-10T00:00:00Z")
            let ending = try await world.post(path, "cancel_at_period_end=true")
            #expect(ending.at("status") == "active" && ending.at("cancel_at_period_end") == true)
            #expect(ending.day("cancel_at") == "2027-02-01" && ending.day("canceled_at") == "2027-01-10")
            #expect(ending.at("cancellation_details.reason") == "cancellation_requested")

            try await world.move(to: "2027-01-31T23:59:59Z")
            let last = try await world.get(path).at("status")
            try await world.move(to: "2027-03-02T00:00:00Z")

            let ended = try await world.get(path)
            #expect(last == "active" && ended.at("status") == "canceled")
            #expect(ended.day("ended_at") == "2027-02-01" && ended.day("canceled_at") == "2027-01-10")
            #expect(try await world.get("/v1/invoices").at("data").array?.count == 1)
            #expect(try await world.events("customer.subscription.deleted").count == 1)
        }
    }

    @Test func `the end can be taken back`() async throws {
        try await withPlan { world, subscription, path in
            _ = try await world.post(path, "cancel_at_period_end=true")

            let back = try await world.post(path, "cancel_at_period_end=false")
            try await world.move(to: "2027-02-02T00:00:00Z")

            #expect(back.at("cancel_at") == .null && back.at("canceled_at") == .null)
            #expect(back.at("cancellation_details.reason") == .null)
            #expect(try await world.get(path).day("items.data.0.current_period_end") == "2027-03-01")
        }
    }

    @Test func `one that ends at a date ends then, within its period`() async throws {
        try await withPlan { world, subscription, path in
            let date = try #require(Instant(text: "2027-01-20T00:00:00Z")).seconds

            let ending = try await world.post(path, "cancel_at=\(date)")
            try await world.move(to: "2027-01-20T00:00:00Z")

            #expect(ending.at("cancel_at_period_end") == false && ending.at("cancel_at") == .integer(date))
            #expect(try await world.get(path).at("ended_at") == .integer(date))
        }
    }

    @Test func `a date that has passed is refused`() async throws {
        try await withPlan { world, subscription, path in
            let now = try #require(subscription.at("created").integer)

            #expect(try await world.refusal(.post, path, "cancel_at=\(now)") == "400 invalid_request_error - cancel_at")
        }
    }

    @Test func `canceled at once it is over, and can be neither changed nor canceled again`() async throws {
        try await withPlan { world, subscription, path in
            let ended = try await world.delete(path)

            #expect(ended.at("status") == "canceled" && ended.at("ended_at") == ended.at("canceled_at"))
            #expect(
                try await world.refusal(.delete, path) == "404 invalid_request_error resource_missing id")
            #expect(try await world.refusal(.post, path, "description=x") == "400 invalid_request_error - -")
        }
    }

    @Test func `canceled at once, what was paid for and is not used is the customer's balance`() async throws {
        try await withPlan { world, subscription, path in
            try await world.move(to: "2027-01-16T12:00:00Z")
            for alone in ["prorate=true", "invoice_now=true"] {
                #expect(try await world.refusal(.delete, path, alone) == "400 invalid_request_error - prorate")
            }

            let ended = try await world.call(.delete, path, "prorate=true&invoice_now=true").body

            let invoice = try await world.get("/v1/invoices/\(ended.at("latest_invoice").string ?? "")")
            let customer = try await world.get("/v1/customers/\(ended.at("customer").string ?? "")")
            #expect(ended.at("status") == "canceled" && invoice.at("status") == "paid")
            #expect(invoice.at("lines.data.*.amount") == [-500] && customer.at("balance") == -500)
            #expect(invoice.day("lines.data.0.period.end") == "2027-02-01")
        }
    }

    @Test func `with a renewal that is not paid yet, its invoice is left a draft`() async throws {
        try await withPlan { world, subscription, path in
            try await world.move(to: "2027-02-01T00:30:00Z")

            _ = try await world.delete(path)
            try await world.move(to: "2027-02-20T00:00:00Z")

            let invoice = try await world.latestInvoice(of: subscription)
            #expect(invoice.at("status") == "draft" && invoice.at("auto_advance") == false)
        }
    }

    @Test func `a deleted customer has no subscription and gets no other`() async throws {
        try await withPlan { world, subscription, path in
            let customer = try #require(subscription.at("customer").string)

            #expect(try await world.delete("/v1/customers/\(customer)").at("deleted") == true)

            #expect(try await world.get(path).at("status") == "canceled")
            #expect(
                try await world.refusal(
                    .post, "/v1/subscriptions", "customer=\(customer)&items[0][price]=\(world.price(1000))")
                    == "400 invalid_request_error resource_missing customer")
        }
    }

    @Test(
        arguments: [
            ("", ["past_due", "active"]), ("status=all", ["past_due", "canceled", "active"]),
            ("status=canceled", ["canceled"]), ("status=ended", ["canceled"]), ("status=past_due", ["past_due"]),
        ] as [(String, JSON)])
    func `lists leave out what has ended, unless it is asked for`(query: String, statuses: JSON) async throws {
        try await StripeWorld.with { world in
            let price = try await world.price(1000)
            _ = try await world.subscription(to: price)
            _ = try await world.delete("/v1/subscriptions/\(world.subscription(to: price).id)")
            _ = try await world.subscription(to: price, card: "pm_sepaDebit")
            let intent = try await world.get("/v1/payment_intents").at("data.0.id").string ?? ""
            _ = try await world.post("/_emulator/payment_intents/\(intent)/settle", "outcome=failed")

            #expect(try await world.get("/v1/subscriptions", query).at("data.*.status") == statuses)
        }
    }
}

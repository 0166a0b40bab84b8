import Core
import Testing
@testable import StripeEmulator

/// January has 2,678,400 seconds: a day of the small plan costs 100, of the large one 200.
struct ProrationTests {
    private static let (small, large): (Int64, Int64) = (3100, 6200)
    private static let middle = "2027-01-16T12:00:00Z"

    private func withPlan(
        _ amount: Int64 = small, _ body: (StripeWorld, JSON) async throws -> Void
    ) async throws {
        try await StripeWorld.with { world in
            try await body(world, world.subscription(to: world.price(amount)))
        }
    }

    @Test(
        arguments: [
            ("2027-01-01T00:00:00Z", -3100, 6200),
            ("2027-01-02T00:00:00Z", -3000, 6000),
            (middle, -1550, 3100),
            // Half a cent is rounded up; a second less is not half a cent.
            ("2027-01-31T23:52:48Z", -1, 1),
            ("2027-01-31T23:52:49Z", 0, 1),
            ("2027-01-31T23:59:59Z", 0, 0),
            // At the end a new period has begun, of which nothing is used.
            ("2027-02-01T00:00:00Z", -3100, 6200),
        ] as [(String, Int64, Int64)])
    func `an upgrade is billed by the second`(moment: String, unused: Int64, remaining: Int64) async throws {
        try await withPlan { world, subscription in
            try await world.move(to: moment)

            let reply = try await world.change(
                subscription, to: world.price(Self.large), "&proration_behavior=always_invoice")

            let invoice = try await world.latestInvoice(of: subscription)
            #expect(reply.status == 200)
            #expect(invoice.at("lines.data.*.amount") == [.integer(unused), .integer(remaining)])
            #expect(invoice.at("amount_paid") == .integer(unused + remaining) && invoice.at("status") == "paid")
            #expect(invoice.at("billing_reason") == "subscription_update")
        }
    }

    @Test func `a downgrade is credited, and the credit pays for the next invoice`() async throws {
        try await withPlan(Self.large) { world, subscription in
            try await world.move(to: Self.middle)
            _ = try await world.change(subscription, to: world.price(Self.small), "&proration_behavior=always_invoice")
            let credit = try await world.latestInvoice(of: subscription)
            let customer = try #require(subscription.at("customer").string)
            let balance = try await world.get("/v1/customers/\(customer)").at("balance")

            try await world.move(to: "2027-02-01T01:00:00Z")

            let next = try await world.latestInvoice(of: subscription)
            #expect(credit.at("total") == -1550 && credit.at("amount_due") == 0 && credit.at("status") == "paid")
            #expect(balance == -1550 && credit.at("ending_balance") == -1550)
            #expect(next.at("total") == 3100 && next.at("starting_balance") == -1550)
            #expect(next.at("amount_paid") == 1550 && next.at("ending_balance") == 0)
            #expect(try await world.get("/v1/customers/\(customer)").at("balance") == 0)
        }
    }

    @Test(
        arguments: [
            ("create_prorations", [-1550, 3100, 6200], true), ("none", [6200], nil),
        ] as [(String, JSON, JSON)])
    func `without an invoice at once the next one has the difference, or nothing of it`(
        behavior: String, lines: JSON, isProration: JSON
    ) async throws {
        try await withPlan { world, subscription in
            try await world.move(to: Self.middle)
            let first = try await world.latestInvoice(of: subscription).id
            _ = try await world.change(subscription, to: world.price(Self.large), "&proration_behavior=\(behavior)")
            #expect(try await world.latestInvoice(of: subscription).id == first)

            try await world.move(to: "2027-02-01T01:00:00Z")

            let invoice = try await world.latestInvoice(of: subscription)
            #expect(invoice.at("lines.data.*.amount") == lines && invoice.at("status") == "paid")
            #expect(invoice.at("lines.data.0.parent.invoice_item_details.proration") == isProration)
        }
    }

    @Test func `another quantity is prorated, the same one is no change`() async throws {
        try await withPlan { world, subscription in
            try await world.move(to: Self.middle)
            let path = "/v1/subscriptions/\(subscription.id)"
            let item = "items[0][id]=\(subscription.at("items.data.0.id").string ?? "")"
            _ = try await world.post(path, item + "&items[0][quantity]=1&proration_behavior=always_invoice")
            #expect(try await world.latestInvoice(of: subscription).at("billing_reason") == "subscription_create")
            let before = try await world.events("customer.subscription.updated").count

            _ = try await world.post(path, item + "&items[0][quantity]=3&proration_behavior=always_invoice")

            let invoice = try await world.latestInvoice(of: subscription)
            #expect(invoice.at("lines.data.*.amount") == [-1550, 4650])
            #expect(invoice.at("lines.data.1.description") == "Remaining time on 3 × Plan")
            #expect(try await world.events("customer.subscription.updated").count == before + 1)
        }
    }

    @Test func `items are added and removed, but never all`() async throws {
        try await withPlan { world, subscription in
            try await world.move(to: Self.middle)
            let path = "/v1/subscriptions/\(subscription.id)"
            let added = try await world.post(
                path, "items[0][price]=\(world.price(Self.large))&proration_behavior=always_invoice")
            #expect(try await world.latestInvoice(of: subscription).at("lines.data.*.amount") == [3100])
            let items = (0...1).map { added.at("items.data.\($0).id").string ?? "" }

            let left = try await world.post(
                path, "items[0][id]=\(items[0])&items[0][deleted]=true&proration_behavior=always_invoice")

            #expect(left.at("items.data.*.id") == [.string(items[1])])
            #expect(try await world.latestInvoice(of: subscription).at("lines.data.*.amount") == [-1550])
            #expect(
                try await world.refusal(.post, path, "items[0][id]=\(items[1])&items[0][deleted]=true")
                    == "400 invalid_request_error - items")
            #expect(
                try await world.refusal(.post, path, "items[0][id]=si_none&items[0][quantity]=2")
                    == "400 invalid_request_error resource_missing items[0][id]")
        }
    }

    @Test func `a proration date counts instead of the time of the call`() async throws {
        try await withPlan { world, subscription in
            let date = try #require(subscription.at("items.data.0.current_period_start").integer) + 86_400
            try await world.move(to: Self.middle)

            _ = try await world.change(
                subscription, to: world.price(Self.large),
                "&proration_behavior=always_invoice&proration_date=\(date)")

            let invoice = try await world.latestInvoice(of: subscription)
            #expect(invoice.at("lines.data.*.amount") == [-3000, 6000])
            #expect(invoice.at("lines.data.0.period.start") == .integer(date))
            #expect(invoice.at("parent.subscription_details.subscription_proration_date") == .integer(date))
        }
    }

    @Test func `another interval begins a new period now, and credits the rest of the old one`() async throws {
        try await withPlan { world, subscription in
            try await world.move(to: Self.middle)

            let changed = try await world.change(subscription, to: world.price(36_500, "year")).body

            let invoice = try await world.latestInvoice(of: subscription)
            #expect(invoice.at("lines.data.*.amount") == [-1550, 36_500] && invoice.at("status") == "paid")
            #expect(changed.day("items.data.0.current_period_start") == "2027-01-16")
            #expect(changed.day("items.data.0.current_period_end") == "2028-01-16")
            #expect(changed.day("billing_cycle_anchor") == "2027-01-16")
        }
    }

    @Test(arguments: ["billing_cycle_anchor=now", "billing_cycle_anchor[type]=now"])
    func `a new anchor begins a new period of the same plan`(anchor: String) async throws {
        try await withPlan { world, subscription in
            try await world.move(to: Self.middle)

            let changed = try await world.post("/v1/subscriptions/\(subscription.id)", anchor)

            #expect(try await world.latestInvoice(of: subscription).at("lines.data.*.amount") == [-1550, 3100])
            #expect(changed.day("items.data.0.current_period_end") == "2027-02-16")
            #expect(
                try await world.refusal(.post, "/v1/subscriptions/\(subscription.id)", "billing_cycle_anchor=later")
                    == "400 invalid_request_error - billing_cycle_anchor")
        }
    }

    @Test func `in a trial there is nothing to prorate`() async throws {
        try await StripeWorld.with { world in
            let trial = try await world.subscription(to: world.price(Self.small), "&trial_period_days=14")

            let changed = try await world.change(
                trial, to: world.price(Self.large), "&proration_behavior=always_invoice").body

            #expect(changed.at("latest_invoice") == trial.at("latest_invoice"))
            #expect(changed.at("items.data.0.price.unit_amount") == 6200 && changed.at("status") == "trialing")
        }
    }

    @Test func `a plan in another currency is refused`() async throws {
        try await withPlan { world, subscription in
            let reply = try await world.change(subscription, to: world.price(Self.large, currency: "eur"))

            #expect(reply.refusal == "400 invalid_request_error - items[0][price]")
        }
    }

    @Test(
        arguments: [
            (Int64.max / 2, 0, Int64.max / 2), (9_999_999_900_000_000, 15_768_000, 4_999_999_950_000_000),
        ] as [(Int64, Int64, Int64)])
    func `the largest amounts are prorated over a year`(amount: Int64, now: Int64, expected: Int64) {
        #expect(Period.share(of: amount, from: now, start: 0, end: 31_536_000) == expected)
    }
}

import Core
import Testing
@testable import StripeEmulator

struct RefundTests {
    private func withCharge(_ body: (StripeWorld, JSON) async throws -> Void) async throws {
        try await StripeWorld.with { world in try await body(world, world.charge(1000)) }
    }

    @Test func `parts add up, and the last one leaves nothing`() async throws {
        try await withCharge { world, charge in
            let intent = charge.at("payment_intent").string ?? ""

            let first = try await world.post("/v1/refunds", "charge=\(charge.id)&amount=300")
            let partly = try await world.get("/v1/charges/\(charge.id)")
            let rest = try await world.post("/v1/refunds", "payment_intent=\(intent)")
            let wholly = try await world.get("/v1/charges/\(charge.id)", "expand[]=refunds")

            #expect(first.at("amount") == 300 && first.at("status") == "succeeded")
            #expect(partly.at("amount_refunded") == 300 && partly.at("refunded") == false)
            #expect(rest.at("amount") == 700 && rest.at("charge") == .string(charge.id))
            #expect(wholly.at("amount_refunded") == 1000 && wholly.at("refunded") == true)
            #expect(wholly.at("refunds.data.*.id") == [.string(rest.id), .string(first.id)])
        }
    }

    @Test func `each refund reports itself and what it does to the charge`() async throws {
        try await withCharge { world, charge in
            _ = try await world.post("/v1/refunds", "charge=\(charge.id)&amount=300")
            _ = try await world.post("/v1/refunds", "charge=\(charge.id)&amount=200")

            let events = try await world.get("/v1/events", "type=charge.refunded")
            #expect(events.at("data.*.data.object.amount_refunded") == [500, 300])
            #expect(events.at("data.*.data.previous_attributes") == [["amount_refunded": 300], ["amount_refunded": 0]])
            #expect(try await world.events("refund.created").count == 2)
        }
    }

    @Test(
        arguments: [
            ("amount=701", "400 invalid_request_error - amount"),
            ("amount=0", "400 invalid_request_error parameter_invalid_integer amount"),
            ("amount=-5", "400 invalid_request_error parameter_invalid_integer amount"),
            ("amount=1.5", "400 invalid_request_error parameter_invalid_integer amount"),
            ("reason=boredom", "400 invalid_request_error - reason"),
            ("currency=usd", "400 invalid_request_error parameter_unknown currency"),
        ])
    func `a wrong refund is refused, and the charge stays as it is`(form: String, refusal: String) async throws {
        try await withCharge { world, charge in
            _ = try await world.post("/v1/refunds", "charge=\(charge.id)&amount=300")
            let before = try await world.get("/v1/charges/\(charge.id)")

            #expect(try await world.refusal(.post, "/v1/refunds", "charge=\(charge.id)&\(form)") == refusal)
            #expect(try await world.get("/v1/charges/\(charge.id)") == before)
        }
    }

    @Test func `what was refunded wholly is refunded once`() async throws {
        try await withCharge { world, charge in
            _ = try await world.post("/v1/refunds", "charge=\(charge.id)")

            for form in ["charge=\(charge.id)", "charge=\(charge.id)&amount=1"] {
                #expect(
                    try await world.refusal(.post, "/v1/refunds", form)
                        == "400 invalid_request_error charge_already_refunded charge")
            }
        }
    }

    @Test func `only money that arrived is refunded`() async throws {
        try await StripeWorld.with { world in
            let delayed = try await world.pay(world.session(), with: "delayed")
            let declined = try await world.pay(world.session(), with: "declines")

            for intent in [delayed, declined].compactMap({ $0.at("payment_intent").string }) {
                #expect(
                    try await world.refusal(.post, "/v1/refunds", "payment_intent=\(intent)")
                        == "400 invalid_request_error - payment_intent")
            }
            let charges = try await world.get("/v1/charges")
            #expect(charges.at("data.*.status") == ["failed", "pending"])
            for charge in charges.at("data.*.id").array?.compactMap(\.string) ?? [] {
                #expect(
                    try await world.refusal(.post, "/_emulator/charges/\(charge)/refund")
                        == "400 invalid_request_error - charge")
            }
        }
    }

    @Test func `an unknown charge is named, and so is none`() async throws {
        try await StripeWorld.with { world async throws in
            #expect(
                try await world.refusal(.post, "/v1/refunds", "charge=ch_none")
                    == "400 invalid_request_error resource_missing charge")
            #expect(
                try await world.refusal(.post, "/v1/refunds")
                    == "400 invalid_request_error parameter_missing payment_intent")
            #expect(
                try await world.refusal(.get, "/v1/refunds/re_none")
                    == "404 invalid_request_error resource_missing id")
        }
    }

    @Test func `only the metadata of a refund changes`() async throws {
        try await withCharge { world, charge in
            let refund = try await world.post("/v1/refunds", "charge=\(charge.id)&metadata[a]=1&metadata[b]=2")

            let changed = try await world.post("/v1/refunds/\(refund.id)", "metadata[a]=&metadata[c]=3")

            #expect(changed.at("metadata") == ["b": "2", "c": "3"])
            #expect(
                try await world.refusal(.post, "/v1/refunds/\(refund.id)", "amount=1")
                    == "400 invalid_request_error parameter_unknown amount")
        }
    }

    @Test func `a refund in a currency without a minor unit is in whole units`() async throws {
        try await StripeWorld.with { world in
            let paid = try await world.pay(world.session(500, currency: "jpy"))

            let refund = try await world.post(
                "/v1/refunds", "payment_intent=\(paid.at("payment_intent").string ?? "")&amount=200")

            #expect(refund.at("amount") == 200 && refund.at("currency") == "jpy")
            #expect(try await world.get("/v1/charges").at("data.0.amount_refunded") == 200)
        }
    }
}

import Core
import Testing
@testable import StripeEmulator

struct DisputeTests {
    private func withDispute(
        _ form: String = "", _ body: (StripeWorld, JSON) async throws -> Void
    ) async throws {
        try await StripeWorld.with { world in
            let charge = try await world.charge(1000)
            try await body(world, world.post("/_emulator/charges/\(charge.id)/dispute", form))
        }
    }

    @Test func `a dispute takes the whole amount, and the charge cannot be refunded`() async throws {
        try await withDispute { world, dispute async throws in
            let charge = dispute.at("charge").string ?? ""

            #expect(dispute.at("amount") == 1000 && dispute.at("status") == "needs_response")
            #expect(dispute.at("reason") == "fraudulent" && dispute.at("is_charge_refundable") == false)
            #expect(dispute.day("evidence_details.due_by") == "2027-01-08")
            #expect(try await world.get("/v1/charges/\(charge)").at("disputed") == true)
            #expect(
                try await world.refusal(.post, "/v1/refunds", "charge=\(charge)&amount=1")
                    == "400 invalid_request_error charge_disputed charge")
            #expect(
                try await world.refusal(.post, "/_emulator/charges/\(charge)/dispute")
                    == "400 invalid_request_error - charge")
            #expect(
                try await world.events().suffix(3) == [
                    "charge.updated", "charge.dispute.created", "charge.dispute.funds_withdrawn",
                ])
        }
    }

    @Test(
        arguments: [
            ("won", ["charge.dispute.closed", "charge.dispute.funds_reinstated"]), ("lost", ["charge.dispute.closed"]),
        ])
    func `the bank decides once`(outcome: String, events: [String]) async throws {
        try await withDispute { world, dispute in
            let before = try await world.events().count

            let closed = try await world.post("/_emulator/disputes/\(dispute.id)/close", "outcome=\(outcome)")

            #expect(closed.at("status") == .string(outcome))
            #expect(try await Array(world.events().dropFirst(before)) == events)
            for path in ["/_emulator/disputes/\(dispute.id)/close", "/v1/disputes/\(dispute.id)/close"] {
                let form = path.hasPrefix("/v1") ? "" : "outcome=won"
                #expect(
                    try await world.refusal(.post, path, form)
                        == "400 invalid_request_error dispute_already_closed dispute")
            }
        }
    }

    @Test(
        arguments: [
            ("evidence[uncategorized_text]=winning_evidence", "won"),
            ("evidence[uncategorized_text]=losing_evidence", "lost"),
            ("evidence[uncategorized_text]=a receipt", "under_review"),
            ("evidence[uncategorized_text]=winning_evidence&submit=false", "needs_response"),
            ("metadata[note]=x", "needs_response"),
        ] as [(String, JSON)])
    func `evidence decides once it is submitted`(form: String, status: JSON) async throws {
        try await withDispute { world, dispute in
            let updated = try await world.post("/v1/disputes/\(dispute.id)", form)

            #expect(updated.at("status") == status)
            #expect(updated.at("evidence_details.has_evidence") == .bool(form.hasPrefix("evidence")))
        }
    }

    @Test func `a dispute that is accepted is lost`() async throws {
        try await withDispute { world, dispute async throws in
            #expect(try await world.post("/v1/disputes/\(dispute.id)/close").at("status") == "lost")
            #expect(
                try await world.refusal(.post, "/v1/disputes/\(dispute.id)", "evidence[uncategorized_text]=late")
                    == "400 invalid_request_error dispute_already_closed dispute")
        }
    }

    @Test func `an inquiry takes no money, and the charge can be refunded`() async throws {
        try await withDispute("inquiry=true&reason=general") { world, inquiry async throws in
            let charge = inquiry.at("charge").string ?? ""

            #expect(inquiry.at("status") == "warning_needs_response" && inquiry.at("is_charge_refundable") == true)
            #expect(try await world.get("/v1/charges/\(charge)").at("disputed") == false)
            #expect(try await world.events("charge.dispute.funds_withdrawn").isEmpty)
            #expect(try await world.post("/v1/refunds", "charge=\(charge)").at("status") == "succeeded")
            #expect(
                try await world.refusal(.post, "/_emulator/disputes/\(inquiry.id)/close", "outcome=lost")
                    == "400 invalid_request_error - outcome")
            #expect(try await world.post("/v1/disputes/\(inquiry.id)/close").at("status") == "warning_closed")
        }
    }

    @Test(
        arguments: [
            ("winning_evidence", "warning_closed"), ("losing_evidence", "warning_under_review"),
            ("a receipt", "warning_under_review"),
        ] as [(String, JSON)])
    func `evidence leaves an inquiry an inquiry`(text: String, status: JSON) async throws {
        try await withDispute("inquiry=true") { world, inquiry in
            let updated = try await world.post("/v1/disputes/\(inquiry.id)", "evidence[uncategorized_text]=\(text)")

            #expect(updated.at("status") == status && updated.at("is_charge_refundable") == true)
            #expect(try await world.events("charge.dispute.funds_reinstated").isEmpty)
        }
    }

    @Test func `a part is disputed, and no more than the charge`() async throws {
        try await withDispute("amount=400") { world, dispute in
            let other = try await world.charge(1000)

            #expect(dispute.at("amount") == 400)
            #expect(
                try await world.refusal(.post, "/_emulator/charges/\(other.id)/dispute", "amount=1001")
                    == "400 invalid_request_error - amount")
        }
    }

    @Test func `disputes are found by their charge and their payment`() async throws {
        try await withDispute { world, dispute in
            let other = try await world.charge(1000)
            let intent = dispute.at("payment_intent").string ?? ""

            let byCharge = try await world.get("/v1/disputes", "charge=\(dispute.at("charge").string ?? "")")
            #expect(byCharge.at("data") == .array([dispute]))
            #expect(try await world.get("/v1/disputes", "payment_intent=\(intent)").at("data") == .array([dispute]))
            #expect(try await world.get("/v1/disputes", "charge=\(other.id)").at("data") == [])
        }
    }
}

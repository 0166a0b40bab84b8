import Logging
import SQL

extension Billing {
    /// Takes credits back, or gives them back again, as a charge's refunds, and a dispute of it, now ask for. Returns
    /// whether it paid for something of this server. If the purchase itself is not booked yet, it is now.
    func applyCharge(_ id: String, dispute: String? = nil, ending event: ID<StripeEvent>? = nil) async throws -> Bool {
        guard let payment = try await stripe.get("/charges/\(id.percentEncoded)")["payment_intent"]?.reference
        else { return false }
        var known = try await purchase(paidBy: payment)
        if known == nil { known = try await purchaseWhenApplied(paidBy: payment) }
        // A reading is stored only if none was stored since it began, as with subscriptions.
        for _ in 0..<5 {
            guard let purchase = known else { return false }
            let refunded = try await readRefunded(id)
            let facts = ChargeFacts(
                before: purchase, payment: payment, refunded: refunded, dispute: try await readDispute(dispute),
                event: event)
            let isStored = try await settle(purchase.account) { transaction, _ in
                var facts = facts
                facts.purchase = try transaction.billing.purchase(purchase.id)
                guard facts.purchase?.revision == purchase.revision else { return nil }
                facts.disputedBesides = try transaction.billing.disputed(of: purchase.id, besides: facts.dispute?.id)
                facts.months = try transaction.billing.planMonths(ofInvoice: purchase.key)
                return facts.decide()
            }
            if isStored { return true }
            known = try await database.read { try $0.billing.purchase(purchase.id) }
        }
        throw StripeError.unavailable("the charge changed repeatedly while it was read")
    }

    func applyDispute(_ id: String, ending event: ID<StripeEvent>? = nil) async throws -> Bool {
        guard let charge = try await stripe.get("/disputes/\(id.percentEncoded)")["charge"]?.reference
        else { return false }
        return try await applyCharge(charge, dispute: id, ending: event)
    }

    private func purchase(paidBy payment: String) async throws -> Purchase? {
        let environment = stripe.environment
        return try await database.read { try $0.billing.purchase(paidBy: payment, environment: environment) }
    }

    /// That of the checkout or the invoice whose own event is still to come, or came before it named its payment.
    private func purchaseWhenApplied(paidBy payment: String) async throws -> Purchase? {
        guard let key = try await applyWhatWasPaid(by: payment) else { return nil }
        let purchase = try await database.read { try $0.billing.purchase(withKey: key) }
        guard let other = purchase?.paymentIntent, other != payment else { return purchase }
        logger.error("refund not applied: the invoice has several payments; adjust the credits manually", metadata: [
            "purchase": "\(key)", "payment": "\(payment)",
        ])
        return nil
    }

    /// Returns the key of its purchase.
    private func applyWhatWasPaid(by payment: String) async throws -> String? {
        let sessions = try await stripe.get("/checkout/sessions", ["payment_intent": .text(payment), "limit": 1])
        if let session = sessions.listed.first?["id"]?.string {
            return try await applyCheckout(session) ? "checkout:\(session)" : nil
        }
        let invoices = try await stripe.get(
            "/invoice_payments", ["payment": ["type": "payment_intent", "payment_intent": .text(payment)], "limit": 1])
        guard let invoice = invoices.listed.first?["invoice"]?.reference else { return nil }
        return try await applyInvoice(invoice) ? "invoice:\(invoice)" : nil
    }

    /// In all. To take a response without it for nothing refunded would give credits back.
    private func readRefunded(_ charge: String) async throws -> Int64 {
        let json = try await stripe.get("/charges/\(charge.percentEncoded)")
        guard let refunded = json["amount_refunded"]?.amount else {
            throw StripeError.unavailable("the charge in the response is not readable")
        }
        return refunded
    }

    private func readDispute(_ id: String?) async throws -> Dispute? {
        guard let id else { return nil }
        let json = try await stripe.get("/disputes/\(id.percentEncoded)")
        guard let amount = json["amount"]?.amount, let status = json["status"]?.string else {
            throw StripeError.unavailable("the dispute in the response is not readable")
        }
        return Dispute(id: id, amount: amount, status: status)
    }
}

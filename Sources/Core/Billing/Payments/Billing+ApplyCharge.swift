import Logging
import SQL

extension Billing {
    /// Takes credits back, or gives them back again, as a charge's refunds, and a dispute of it, now ask for. Answers whether
    /// it paid for something of ours. What has come before the purchase itself leads to it.
    func applyCharge(_ id: String, dispute: String? = nil, ending event: ID<StripeEvent>? = nil) async throws -> Bool {
        guard let payment = try await stripe.get("/charges/\(id.percentEncoded)")["payment_intent"]?.reference else { return false }
        var known = try await purchase(paidBy: payment)
        if known == nil { known = try await purchaseWhenApplied(paidBy: payment) }
        // A reading is kept only if none was kept since it began, as with subscriptions.
        for _ in 0..<5 {
            guard let purchase = known else { return false }
            let refunded = try await stripe.get("/charges/\(id.percentEncoded)")["amount_refunded"]?.integer ?? 0
            let dispute = try await readDispute(dispute)
            if try await keep(refunded, dispute, of: purchase, paidBy: payment, ending: event) { return true }
            known = try await database.read { try $0.purchase(purchase.id) }
        }
        throw StripeError.unavailable("the charge changes all the time")
    }

    func applyDispute(_ id: String, ending event: ID<StripeEvent>? = nil) async throws -> Bool {
        guard let charge = try await stripe.get("/disputes/\(id.percentEncoded)")["charge"]?.reference else { return false }
        return try await applyCharge(charge, dispute: id, ending: event)
    }

    private func purchase(paidBy payment: String) async throws -> Purchase? {
        let realm = stripe.realm
        return try await database.read { try $0.purchase(paidBy: payment, realm: realm) }
    }

    /// That of the checkout or the invoice whose own event is still to come, or told of it before it named its payment.
    private func purchaseWhenApplied(paidBy payment: String) async throws -> Purchase? {
        guard let key = try await applyWhatWasPaid(by: payment) else { return nil }
        let purchase = try await database.read { try $0.purchase(withKey: key) }
        guard let other = purchase?.paymentIntent, other != payment else { return purchase }
        logger.error("a bill was paid in parts, and what goes back of the others takes a person", metadata: [
            "purchase": "\(key)", "payment": "\(payment)",
        ])
        return nil
    }

    /// Answers the name of the fact.
    private func applyWhatWasPaid(by payment: String) async throws -> String? {
        let sessions = try await stripe.get("/checkout/sessions", ["payment_intent": .text(payment), "limit": 1])
        if let session = sessions.listed.first?["id"]?.string { return try await applyCheckout(session) ? "checkout:\(session)" : nil }
        let invoices = try await stripe.get(
            "/invoice_payments", ["payment": ["type": "payment_intent", "payment_intent": .text(payment)], "limit": 1])
        guard let invoice = invoices.listed.first?["invoice"]?.reference else { return nil }
        return try await applyInvoice(invoice) ? "invoice:\(invoice)" : nil
    }

    private func readDispute(_ id: String?) async throws -> Dispute? {
        guard let id else { return nil }
        let json = try await stripe.get("/disputes/\(id.percentEncoded)")
        guard let amount = json["amount"]?.integer, let status = json["status"]?.string else {
            throw StripeError.unavailable("a dispute that cannot be read")
        }
        return Dispute(id: id, amount: amount, status: status)
    }

    /// Answers whether nothing was kept meanwhile.
    private func keep(
        _ refunded: Int64, _ dispute: Dispute?, of known: Purchase, paidBy payment: String, ending event: ID<StripeEvent>?
    ) async throws -> Bool {
        let (now, policy) = (time.now(), rules.hold)
        let (isKept, hasQueued) = try await database.write(of: known.account) { transaction in
            guard let purchase = try transaction.purchase(known.id), purchase.revision == known.revision else { return (false, false) }
            if purchase.paymentIntent == nil { try transaction.set(payment, of: purchase) }
            if let dispute { try transaction.put(dispute, of: purchase, now: now) }
            try transaction.settle(purchase, refunded: refunded, now: now)
            let hasQueued = try transaction.settleHold(of: purchase.account, policy, now: now)
            if let event { try transaction.end(event, .applied, now: now) }
            return (true, hasQueued)
        }
        if hasQueued { wakeUp.jobs(of: known.account) }
        return isKept
    }
}

extension Transaction {
    /// Moves what was taken back of a purchase to what is to be taken back of it.
    fileprivate func settle(_ purchase: Purchase, refunded: Int64, now: Instant) throws(DatabaseError) {
        let disputed = try disputed(of: purchase.id)
        let target = purchase.clawBack(refunded: refunded, disputed: disputed)
        let key = "\(purchase.id):\(purchase.revision + 1)"
        if target > purchase.clawedBack {
            try clawBack(target - purchase.clawedBack, of: purchase, key: "claw_back:\(key)", now: now)
        } else if target < purchase.clawedBack {
            try giveBack(purchase.clawedBack - target, of: purchase, key: "give_back:\(key)", now: now)
        }
        try record(refunded: refunded, disputed: disputed, clawedBack: target, of: purchase)
    }
}

import Core

/// From a draft to money, or to the next attempt.
extension Store {
    /// - Parameter staysDraft: Whether it stays a draft for a while, as a renewal's does.
    func draft(_ invoice: Invoice, staysDraft: Bool) throws -> Invoice {
        var invoice = invoice
        if staysDraft { invoice.nextAttempt = now + rules.draftSeconds }
        try transaction.insert(invoice)
        try emit("invoice.created", invoice)
        return invoice
    }

    /// Fixes what is to be paid: the customer's balance is counted in, and the rest gets an intent. An amount of zero
    /// is paid.
    func finalize(_ old: Invoice) throws -> Invoice {
        var invoice = old
        var customer: Customer = try object(old.customer)
        let before = customer
        invoice.status = .open
        invoice.nextAttempt = nil
        invoice.finalizedAt = now
        invoice.startingBalance = customer.balance
        customer.balance = min(0, customer.balance + invoice.total)
        invoice.endingBalance = customer.balance
        invoice.number = try number(of: invoice)
        if invoice.amountDue > 0 { invoice.paymentIntent = try newIntent(for: invoice).id }
        try transaction.update(invoice)
        try emit("invoice.finalized", invoice)
        try change(before, to: customer, "customer.updated")
        return invoice.amountDue > 0 ? invoice : try markPaid(invoice)
    }

    /// Tries to take the money of an open invoice. The subscription follows.
    func collect(_ old: Invoice, with given: PaymentMethod? = nil) throws -> Invoice {
        guard old.status == .open, let id = old.paymentIntent else { return old }
        let unpaid: PaymentIntent = try object(id)
        guard unpaid.status != .processing else {
            throw APIError.invalid(
                nil, "A payment of this invoice is pending.", code: "payment_intent_unexpected_state")
        }
        var invoice = old
        invoice.attempts += 1
        invoice.nextAttempt = nil
        let customer: Customer = try object(old.customer)
        let subscription = try old.subscription.flatMap { try transaction.object($0, as: Subscription.self) }
        let method = try given ?? self.method(for: subscription, of: customer)
        let intent = try confirm(
            unpaid, with: method?.behavior ?? .declines, method: method, email: invoice.email)
        switch intent.status {
        case .succeeded: return try markPaid(invoice)
        case .processing:
            try transaction.update(invoice)
            return invoice
        case .requiresPaymentMethod, .canceled: return try fail(invoice)
        }
    }

    /// A delayed payment of the invoice came to its end.
    func invoiceSettled(_ invoice: Invoice, by intent: PaymentIntent) throws {
        guard invoice.status == .open else { return }
        _ = intent.status == .succeeded ? try markPaid(invoice) : try fail(invoice)
    }

    /// An invoice about what an intent has paid already.
    func settle(_ invoice: Invoice, with intent: PaymentIntent) throws -> Invoice {
        var invoice = try draft(invoice, staysDraft: false)
        invoice.status = .open
        invoice.finalizedAt = now
        invoice.endingBalance = 0
        invoice.number = try number(of: invoice)
        invoice.paymentIntent = intent.id
        try link(invoice, to: intent)
        try transaction.update(invoice)
        try emit("invoice.finalized", invoice)
        return try markPaid(invoice)
    }

    func void(_ old: Invoice) throws -> Invoice {
        var invoice = old
        invoice.status = .void
        invoice.voidedAt = now
        invoice.nextAttempt = nil
        try transaction.update(invoice)
        try emit("invoice.voided", invoice)
        for old in try transaction.objects(InvoicePayment.self, of: invoice.id).map(\.object)
        where old.status == .open {
            var payment = old
            payment.status = .canceled
            payment.canceledAt = now
            try transaction.update(payment)
        }
        if let id = invoice.paymentIntent {
            let old: PaymentIntent = try object(id)
            var intent = old
            intent.status = .canceled
            try change(old, to: intent, "payment_intent.canceled")
        }
        try returnBalance(invoice)
        try invoiceVoided(invoice)
        return invoice
    }

    /// What the invoice took from the customer's balance is the customer's again.
    private func returnBalance(_ invoice: Invoice) throws {
        let used = (invoice.endingBalance ?? invoice.startingBalance) - invoice.startingBalance
        let old: Customer = try object(invoice.customer)
        var customer = old
        customer.balance -= used
        try change(old, to: customer, "customer.updated")
    }

    private func markPaid(_ old: Invoice) throws -> Invoice {
        var invoice = old
        invoice.status = .paid
        invoice.paidAt = now
        invoice.amountPaid = invoice.amountDue
        invoice.nextAttempt = nil
        try transaction.update(invoice)
        for old in try transaction.objects(InvoicePayment.self, of: invoice.id).map(\.object)
        where old.status == .open {
            var payment = old
            payment.status = .paid
            payment.paidAt = now
            try transaction.update(payment)
            try emit("invoice_payment.paid", payment)
        }
        try emit("invoice.paid", invoice)
        try emit("invoice.payment_succeeded", invoice)
        try invoicePaid(invoice)
        return invoice
    }

    /// Only a renewal is retried by itself: a payer on a page, or a caller that requests a change, sees the failure.
    private func fail(_ old: Invoice) throws -> Invoice {
        var invoice = old
        let isLast = invoice.reason != .cycle || invoice.attempts > rules.retryDays.count
        invoice.nextAttempt = isLast ? nil : now + rules.retryDays[Int(invoice.attempts) - 1] * 86_400
        try transaction.update(invoice)
        try emit("invoice.payment_failed", invoice)
        try invoiceFailed(invoice, isLast: invoice.reason == .cycle && isLast)
        return invoice
    }

    private func newIntent(for invoice: Invoice) throws -> PaymentIntent {
        var intent = PaymentIntent(
            id: Kind.paymentIntent.makeID(), created: now, amount: invoice.amountDue, currency: invoice.currency,
            customer: invoice.customer, description: "Subscription update", invoice: invoice.id)
        if invoice.reason == .create { intent.description = "Subscription creation" }
        try newIntent(intent)
        try link(invoice, to: intent)
        return intent
    }

    private func link(_ invoice: Invoice, to intent: PaymentIntent) throws {
        try transaction.insert(InvoicePayment(
            id: Kind.invoicePayment.makeID(), created: now, invoice: invoice.id, paymentIntent: intent.id,
            amount: intent.amount, currency: intent.currency))
    }

    private func number(of invoice: Invoice) throws -> String {
        let count = try transaction.objects(Invoice.self, of: invoice.customer, limit: .max).count {
            $0.object.number != nil
        }
        let digits = String(count + 1)
        let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
        return "\(invoice.customer.suffix(8).uppercased())-" + zeros + digits
    }
}

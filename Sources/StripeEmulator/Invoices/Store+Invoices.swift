import Core

extension Store {
    func retrieveInvoice(_ call: Call) throws -> JSON {
        try renderer.json(object(call.id, as: Invoice.self))
    }

    func listInvoices(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow(
            "limit", "starting_after", "ending_before", "customer", "subscription", "status", "created")
        let (subscription, isCreated) = (try parameters.text("subscription"), try createdFilter(parameters))
        let status: Invoice.Status? = try parameters.choice("status")
        return try list(call, at: "/v1/invoices", of: parameters.text("customer"), where: { (invoice: Invoice) in
            isCreated(invoice.created) && subscription ?? invoice.subscription == invoice.subscription
                && status ?? invoice.status == invoice.status
        }, renderer.json)
    }

    func listInvoiceLines(_ call: Call) throws -> JSON {
        let invoice = try renderer.json(object(call.id, as: Invoice.self))
        return invoice["lines"] ?? nil
    }

    func listInvoicePayments(_ call: Call) throws -> JSON {
        let parameters = call.parameters
        try parameters.allow("limit", "starting_after", "ending_before", "invoice", "payment", "status")
        let payment = try parameters.part("payment")
        let intent = try payment?.text("payment_intent")
        guard payment == nil || intent != nil else { throw APIError.missing("payment[payment_intent]") }
        let status: InvoicePayment.Status? = try parameters.choice("status")
        return try list(
            call, at: "/v1/invoice_payments", of: parameters.text("invoice"), where: { (payment: InvoicePayment) in
            intent ?? payment.paymentIntent == payment.paymentIntent && status ?? payment.status == payment.status
        }, renderer.json)
    }

    func retrieveInvoicePayment(_ call: Call) throws -> JSON {
        renderer.json(try object(call.id, as: InvoicePayment.self))
    }

    /// A draft is finalized first. A declined card gets 402, and the attempt is undone.
    func payInvoice(_ call: Call) throws -> JSON {
        try call.parameters.allow("payment_method")
        var invoice: Invoice = try object(call.id)
        let customer: Customer = try object(invoice.customer)
        let store = try following(customer.testClock)
        if invoice.status == .draft { invoice = try store.finalize(invoice) }
        if invoice.status == .paid {
            throw APIError.invalid(nil, "Invoice is already paid", code: "invoice_already_paid")
        }
        guard invoice.status == .open else { throw notOpen(invoice) }
        let given = try call.parameters.text("payment_method").map {
            try store.attach($0, to: customer, param: "payment_method")
        }
        let paid = try store.collect(invoice, with: given)
        let isUnderWay = try paid.paymentIntent.map { try isProcessing($0) } ?? false
        guard paid.status == .paid || isUnderWay else { throw APIError.declined }
        return try renderer.json(paid)
    }

    func finalizeInvoice(_ call: Call) throws -> JSON {
        try call.parameters.allow("auto_advance")
        let invoice: Invoice = try object(call.id)
        guard invoice.status == .draft else {
            throw APIError.invalid(nil, "This invoice is already finalized.", code: "invoice_not_editable")
        }
        return try renderer.json(following(invoice.testClock).finalize(invoice))
    }

    func voidInvoice(_ call: Call) throws -> JSON {
        let old: Invoice = try object(call.id)
        guard old.status == .open || old.status == .uncollectible else { throw notOpen(old) }
        guard try !(old.paymentIntent.map(isProcessing) ?? false) else {
            throw APIError.invalid(
                nil, "An invoice whose payment is pending cannot be voided.", code: "invoice_not_editable")
        }
        return try renderer.json(following(old.testClock).void(old))
    }

    private func notOpen(_ invoice: Invoice) -> APIError {
        .invalid(
            nil, "The invoice is \(invoice.status.rawValue). Only an open invoice can be paid or voided.",
            code: "invoice_not_editable")
    }

    private func isProcessing(_ intent: String) throws -> Bool {
        try object(intent, as: PaymentIntent.self).status == .processing
    }
}

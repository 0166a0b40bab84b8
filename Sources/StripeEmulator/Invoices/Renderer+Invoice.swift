import Core

extension Renderer {
    func json(_ invoice: Invoice) throws -> JSON {
        let remaining = invoice.status == .paid || invoice.status == .void ? 0 : invoice.amountDue - invoice.amountPaid
        let json: JSON = [
            "id": .string(invoice.id), "object": "invoice", "created": .integer(invoice.created), "livemode": false,
            "customer": .string(invoice.customer), "customer_email": .of(invoice.email),
            "currency": .string(invoice.currency), "billing_reason": .string(invoice.reason.rawValue),
            "collection_method": "charge_automatically", "status": .string(invoice.status.rawValue),
            "number": .of(invoice.number), "metadata": .of(invoice.metadata),
            "lines": .list(
                try invoice.lines.map { try self.json($0, of: invoice) }, at: "/v1/invoices/\(invoice.id)/lines"),
            "subtotal": .integer(invoice.total), "subtotal_excluding_tax": .integer(invoice.total),
            "total": .integer(invoice.total), "total_excluding_tax": .integer(invoice.total),
            "amount_due": .integer(invoice.amountDue), "amount_paid": .integer(invoice.amountPaid),
            "amount_remaining": .integer(remaining), "amount_shipping": 0, "amount_overpaid": 0,
            "starting_balance": .integer(invoice.startingBalance), "ending_balance": .of(invoice.endingBalance),
            "attempted": .bool(invoice.attempts > 0), "attempt_count": .integer(invoice.attempts),
            "auto_advance": .bool(invoice.dueAt != nil),
            "automatically_finalizes_at": .of(invoice.status == .draft ? invoice.nextAttempt : nil),
            "next_payment_attempt": .of(invoice.dueAt), "period_start": .integer(invoice.periodStart),
            "period_end": .integer(invoice.periodEnd), "test_clock": .of(invoice.testClock),
            "hosted_invoice_url": invoice.finalizedAt == nil ? nil : .string("\(baseURL)/i/\(invoice.id)"),
            "invoice_pdf": nil,
            "default_payment_method": nil, "description": nil, "discounts": [], "default_tax_rates": [],
            "due_date": nil,
            "status_transitions": [
                "finalized_at": .of(invoice.finalizedAt), "paid_at": .of(invoice.paidAt),
                "voided_at": .of(invoice.voidedAt), "marked_uncollectible_at": nil,
            ],
            "payment_settings": ["default_mandate": nil, "payment_method_options": nil, "payment_method_types": nil],
            "automatic_tax": ["enabled": false, "liability": nil, "status": nil, "provider": nil],
        ]
        return json.merging(version.isBeforeBasil ? try olderMembers(invoice) : newerMembers(invoice))
    }

    private func newerMembers(_ invoice: Invoice) -> [String: JSON] {
        guard let subscription = invoice.subscription else { return ["parent": nil, "total_taxes": []] }
        return [
            "total_taxes": [],
            "parent": [
                "type": "subscription_details", "quote_details": nil,
                "subscription_details": [
                    "subscription": .string(subscription), "metadata": .of(invoice.subscriptionMetadata),
                    "subscription_proration_date": .of(invoice.prorationDate),
                ],
            ],
        ]
    }

    private func olderMembers(_ invoice: Invoice) throws -> [String: JSON] {
        let intent = try invoice.paymentIntent.flatMap { try transaction.object($0, as: PaymentIntent.self) }
        return [
            "subscription": .of(invoice.subscription), "payment_intent": .of(invoice.paymentIntent),
            "charge": .of(intent?.latestCharge), "paid": .bool(invoice.status == .paid), "paid_out_of_band": false,
            "quote": nil, "tax": nil, "total_tax_amounts": [], "discount": nil, "application_fee_amount": nil,
            "transfer_data": nil,
            "subscription_details": invoice.subscription == nil ? nil : ["metadata": .of(invoice.subscriptionMetadata)],
            "subscription_proration_date": .of(invoice.prorationDate),
        ]
    }

    private func json(_ line: Invoice.Line, of invoice: Invoice) throws -> JSON {
        let json: JSON = [
            "id": .string(line.id), "object": "line_item", "livemode": false, "amount": .integer(line.amount),
            "subtotal": .integer(line.amount), "currency": .string(invoice.currency),
            "description": .string(line.description), "discount_amounts": [], "discountable": .bool(!line.isProration),
            "discounts": [], "invoice": .string(invoice.id),
            "metadata": line.invoiceItem == nil ? .of(invoice.subscriptionMetadata) : [:],
            "quantity": .integer(line.quantity),
            "period": ["start": .integer(line.periodStart), "end": .integer(line.periodEnd)],
            "subscription": .of(line.subscription),
        ]
        return json.merging(version.isBeforeBasil ? try olderMembers(line) : newerMembers(line))
    }

    private func newerMembers(_ line: Invoice.Line) -> [String: JSON] {
        let subscription = JSON.of(line.subscription)
        let parent: JSON =
            if let item = line.invoiceItem {
                [
                    "type": "invoice_item_details", "subscription_item_details": nil,
                    "invoice_item_details": [
                        "invoice_item": .string(item), "proration": .bool(line.isProration),
                        "subscription": subscription, "proration_details": ["credited_items": nil],
                    ],
                ]
            } else if let item = line.subscriptionItem {
                [
                    "type": "subscription_item_details", "invoice_item_details": nil,
                    "subscription_item_details": [
                        "subscription_item": .string(item), "proration": .bool(line.isProration),
                        "subscription": subscription, "invoice_item": nil, "proration_details": ["credited_items": nil],
                    ],
                ]
            } else {
                nil
            }
        return [
            "parent": parent, "taxes": [],
            "pricing": [
                "type": "price_details",
                "price_details": ["price": .string(line.price), "product": .string(line.product)],
                "unit_amount_decimal": .string(String(line.unitAmount)),
            ],
        ]
    }

    private func olderMembers(_ line: Invoice.Line) throws -> [String: JSON] {
        let price: Price? = try transaction.object(line.price)
        return [
            "price": price.map { json($0) } ?? nil,
            "plan": price.flatMap { $0.recurring == nil ? nil : plan($0) } ?? nil, "proration": .bool(line.isProration),
            "proration_details": ["credited_items": nil], "subscription_item": .of(line.subscriptionItem),
            "invoice_item": .of(line.invoiceItem),
            "type": line.invoiceItem == nil && line.subscriptionItem != nil ? "subscription" : "invoiceitem",
            "tax_amounts": [],
            "tax_rates": [], "unit_amount_excluding_tax": .string(String(line.unitAmount)),
        ]
    }

    func json(_ payment: InvoicePayment) -> JSON {
        [
            "id": .string(payment.id), "object": "invoice_payment", "created": .integer(payment.created),
            "livemode": false, "invoice": .string(payment.invoice), "amount_requested": .integer(payment.amount),
            "amount_paid": payment.status == .paid ? .integer(payment.amount) : nil,
            "currency": .string(payment.currency), "is_default": true, "status": .string(payment.status.rawValue),
            "payment": ["type": "payment_intent", "payment_intent": .string(payment.paymentIntent)],
            "status_transitions": ["paid_at": .of(payment.paidAt), "canceled_at": .of(payment.canceledAt)],
        ]
    }
}

extension StandInRoute {
    /// Every call of Stripe's that the stand-in takes.
    static let stripe: [StandInRoute] = money + catalog + [
        .init(.post, "/v1/customers", StandInDesk.createCustomer),
        .init(.get, "/v1/customers", StandInDesk.listCustomers),
        .init(.get, "/v1/customers/:id", StandInDesk.retrieveCustomer),
        .init(.post, "/v1/customers/:id", StandInDesk.updateCustomer),
        .init(.delete, "/v1/customers/:id", StandInDesk.deleteCustomer),
        .init(.get, "/v1/payment_methods", StandInDesk.listPaymentMethods),
        .init(.get, "/v1/payment_methods/:id", StandInDesk.retrievePaymentMethod),
        .init(.post, "/v1/payment_methods/:id/attach", StandInDesk.attachPaymentMethod),

        .init(.post, "/v1/checkout/sessions", StandInDesk.createSession),
        .init(.get, "/v1/checkout/sessions", StandInDesk.listSessions),
        .init(.get, "/v1/checkout/sessions/:id", StandInDesk.retrieveSession),
        .init(.get, "/v1/checkout/sessions/:id/line_items", StandInDesk.listLineItems),
        .init(.post, "/v1/checkout/sessions/:id/expire", StandInDesk.expireSession),
        .init(.post, "/v1/billing_portal/sessions", StandInDesk.createPortalSession),
        .init(.post, "/v1/billing_portal/configurations", StandInDesk.createPortalConfiguration),
        .init(.get, "/v1/billing_portal/configurations", StandInDesk.listPortalConfigurations),
        .init(.get, "/v1/billing_portal/configurations/:id", StandInDesk.retrievePortalConfiguration),
        .init(.post, "/v1/billing_portal/configurations/:id", StandInDesk.updatePortalConfiguration),

        .init(.post, "/v1/subscriptions", StandInDesk.createSubscription),
        .init(.get, "/v1/subscriptions", StandInDesk.listSubscriptions),
        .init(.get, "/v1/subscriptions/:id", StandInDesk.retrieveSubscription),
        .init(.post, "/v1/subscriptions/:id", StandInDesk.updateSubscription),
        .init(.delete, "/v1/subscriptions/:id", StandInDesk.cancelSubscription),

        .init(.get, "/v1/events", StandInDesk.listEvents),
        .init(.get, "/v1/events/:id", StandInDesk.retrieveEvent),
        .init(.post, "/v1/webhook_endpoints", StandInDesk.createEndpoint),
        .init(.get, "/v1/webhook_endpoints", StandInDesk.listEndpoints),
        .init(.get, "/v1/webhook_endpoints/:id", StandInDesk.retrieveEndpoint),
        .init(.post, "/v1/webhook_endpoints/:id", StandInDesk.updateEndpoint),
        .init(.delete, "/v1/webhook_endpoints/:id", StandInDesk.deleteEndpoint),
        .init(.post, "/v1/test_helpers/test_clocks", StandInDesk.createTestClock),
        .init(.get, "/v1/test_helpers/test_clocks", StandInDesk.listTestClocks),
        .init(.get, "/v1/test_helpers/test_clocks/:id", StandInDesk.retrieveTestClock),
        .init(.post, "/v1/test_helpers/test_clocks/:id/advance", StandInDesk.advanceTestClock),
    ]

    private static let catalog: [StandInRoute] = [
        .init(.post, "/v1/products", StandInDesk.createProduct),
        .init(.get, "/v1/products", StandInDesk.listProducts),
        .init(.get, "/v1/products/:id", StandInDesk.retrieveProduct),
        .init(.post, "/v1/products/:id", StandInDesk.updateProduct),
        .init(.post, "/v1/prices", StandInDesk.createPrice),
        .init(.get, "/v1/prices", StandInDesk.listPrices),
        .init(.get, "/v1/prices/:id", StandInDesk.retrievePrice),
        .init(.post, "/v1/prices/:id", StandInDesk.updatePrice),
    ]

    private static let money: [StandInRoute] = [
        .init(.get, "/v1/invoices", StandInDesk.listInvoices),
        .init(.get, "/v1/invoices/:id", StandInDesk.retrieveInvoice),
        .init(.get, "/v1/invoices/:id/lines", StandInDesk.listInvoiceLines),
        .init(.post, "/v1/invoices/:id/pay", StandInDesk.payInvoice),
        .init(.post, "/v1/invoices/:id/finalize", StandInDesk.finalizeInvoice),
        .init(.post, "/v1/invoices/:id/void", StandInDesk.voidInvoice),
        .init(.get, "/v1/invoice_payments", StandInDesk.listInvoicePayments),
        .init(.get, "/v1/invoice_payments/:id", StandInDesk.retrieveInvoicePayment),
        .init(.get, "/v1/payment_intents", StandInDesk.listPaymentIntents),
        .init(.get, "/v1/payment_intents/:id", StandInDesk.retrievePaymentIntent),
        .init(.get, "/v1/charges", StandInDesk.listCharges),
        .init(.get, "/v1/charges/:id", StandInDesk.retrieveCharge),
        .init(.post, "/v1/refunds", StandInDesk.createRefund),
        .init(.get, "/v1/refunds", StandInDesk.listRefunds),
        .init(.get, "/v1/refunds/:id", StandInDesk.retrieveRefund),
        .init(.post, "/v1/refunds/:id", StandInDesk.updateRefund),
        .init(.get, "/v1/disputes", StandInDesk.listDisputes),
        .init(.get, "/v1/disputes/:id", StandInDesk.retrieveDispute),
        .init(.post, "/v1/disputes/:id", StandInDesk.updateDispute),
        .init(.post, "/v1/disputes/:id/close", StandInDesk.closeDispute),
    ]

    /// What is done to the stand-in, and not to Stripe.
    static let control: [StandInRoute] = [
        .init(.get, "/_stand-in", StandInDesk.showState),
        .init(.post, "/_stand-in/clock/advance", StandInDesk.advanceClock),
        .init(.post, "/_stand-in/faults", StandInDesk.orderFaults),
        .init(.get, "/_stand-in/deliveries", StandInDesk.listDeliveries),
        .init(.post, "/_stand-in/events/:id/redeliver", StandInDesk.redeliver),
        .init(.post, "/_stand-in/sessions/:id/pay", StandInDesk.orderPayment),
        .init(.post, "/_stand-in/payment_intents/:id/settle", StandInDesk.orderSettlement),
        .init(.post, "/_stand-in/charges/:id/dispute", StandInDesk.orderDispute),
        .init(.post, "/_stand-in/charges/:id/refund", StandInDesk.orderRefund),
        .init(.post, "/_stand-in/disputes/:id/close", StandInDesk.orderVerdict),
        .init(.post, "/_stand-in/customers/:id/card", StandInDesk.orderCard),
    ]
}

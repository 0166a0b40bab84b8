extension Route {
    /// Every call of Stripe's API that the Stripe emulator supports.
    static let stripe: [Route] = money + catalog + [
        .init(.post, "/v1/customers", Store.createCustomer),
        .init(.get, "/v1/customers", Store.listCustomers),
        .init(.get, "/v1/customers/:id", Store.retrieveCustomer),
        .init(.post, "/v1/customers/:id", Store.updateCustomer),
        .init(.delete, "/v1/customers/:id", Store.deleteCustomer),
        .init(.get, "/v1/payment_methods", Store.listPaymentMethods),
        .init(.get, "/v1/payment_methods/:id", Store.retrievePaymentMethod),
        .init(.post, "/v1/payment_methods/:id/attach", Store.attachPaymentMethod),

        .init(.post, "/v1/checkout/sessions", Store.createSession),
        .init(.get, "/v1/checkout/sessions", Store.listSessions),
        .init(.get, "/v1/checkout/sessions/:id", Store.retrieveSession),
        .init(.get, "/v1/checkout/sessions/:id/line_items", Store.listLineItems),
        .init(.post, "/v1/checkout/sessions/:id/expire", Store.expireSession),
        .init(.post, "/v1/billing_portal/sessions", Store.createPortalSession),
        .init(.post, "/v1/billing_portal/configurations", Store.createPortalConfiguration),
        .init(.get, "/v1/billing_portal/configurations", Store.listPortalConfigurations),
        .init(.get, "/v1/billing_portal/configurations/:id", Store.retrievePortalConfiguration),
        .init(.post, "/v1/billing_portal/configurations/:id", Store.updatePortalConfiguration),

        .init(.post, "/v1/subscriptions", Store.createSubscription),
        .init(.get, "/v1/subscriptions", Store.listSubscriptions),
        .init(.get, "/v1/subscriptions/:id", Store.retrieveSubscription),
        .init(.post, "/v1/subscriptions/:id", Store.updateSubscription),
        .init(.delete, "/v1/subscriptions/:id", Store.cancelSubscription),

        .init(.get, "/v1/events", Store.listEvents),
        .init(.get, "/v1/events/:id", Store.retrieveEvent),
        .init(.post, "/v1/webhook_endpoints", Store.createEndpoint),
        .init(.get, "/v1/webhook_endpoints", Store.listEndpoints),
        .init(.get, "/v1/webhook_endpoints/:id", Store.retrieveEndpoint),
        .init(.post, "/v1/webhook_endpoints/:id", Store.updateEndpoint),
        .init(.delete, "/v1/webhook_endpoints/:id", Store.deleteEndpoint),
        .init(.post, "/v1/test_helpers/test_clocks", Store.createTestClock),
        .init(.get, "/v1/test_helpers/test_clocks", Store.listTestClocks),
        .init(.get, "/v1/test_helpers/test_clocks/:id", Store.retrieveTestClock),
        .init(.post, "/v1/test_helpers/test_clocks/:id/advance", Store.advanceTestClock),
    ]

    private static let catalog: [Route] = [
        .init(.post, "/v1/products", Store.createProduct),
        .init(.get, "/v1/products", Store.listProducts),
        .init(.get, "/v1/products/:id", Store.retrieveProduct),
        .init(.post, "/v1/products/:id", Store.updateProduct),
        .init(.post, "/v1/prices", Store.createPrice),
        .init(.get, "/v1/prices", Store.listPrices),
        .init(.get, "/v1/prices/:id", Store.retrievePrice),
        .init(.post, "/v1/prices/:id", Store.updatePrice),
    ]

    private static let money: [Route] = [
        .init(.get, "/v1/invoices", Store.listInvoices),
        .init(.get, "/v1/invoices/:id", Store.retrieveInvoice),
        .init(.get, "/v1/invoices/:id/lines", Store.listInvoiceLines),
        .init(.post, "/v1/invoices/:id/pay", Store.payInvoice),
        .init(.post, "/v1/invoices/:id/finalize", Store.finalizeInvoice),
        .init(.post, "/v1/invoices/:id/void", Store.voidInvoice),
        .init(.get, "/v1/invoice_payments", Store.listInvoicePayments),
        .init(.get, "/v1/invoice_payments/:id", Store.retrieveInvoicePayment),
        .init(.get, "/v1/payment_intents", Store.listPaymentIntents),
        .init(.get, "/v1/payment_intents/:id", Store.retrievePaymentIntent),
        .init(.get, "/v1/charges", Store.listCharges),
        .init(.get, "/v1/charges/:id", Store.retrieveCharge),
        .init(.post, "/v1/refunds", Store.createRefund),
        .init(.get, "/v1/refunds", Store.listRefunds),
        .init(.get, "/v1/refunds/:id", Store.retrieveRefund),
        .init(.post, "/v1/refunds/:id", Store.updateRefund),
        .init(.get, "/v1/disputes", Store.listDisputes),
        .init(.get, "/v1/disputes/:id", Store.retrieveDispute),
        .init(.post, "/v1/disputes/:id", Store.updateDispute),
        .init(.post, "/v1/disputes/:id/close", Store.closeDispute),
    ]

    /// Calls that control the Stripe emulator, which Stripe itself does not have.
    static let control: [Route] = [
        .init(.get, "/_emulator", Store.showState),
        .init(.post, "/_emulator/clock/advance", Store.advanceClock),
        .init(.post, "/_emulator/faults", Store.orderFaults),
        .init(.get, "/_emulator/deliveries", Store.listDeliveries),
        .init(.post, "/_emulator/events/:id/redeliver", Store.redeliver),
        .init(.post, "/_emulator/sessions/:id/pay", Store.orderPayment),
        .init(.post, "/_emulator/payment_intents/:id/settle", Store.orderSettlement),
        .init(.post, "/_emulator/charges/:id/dispute", Store.orderDispute),
        .init(.post, "/_emulator/charges/:id/refund", Store.orderRefund),
        .init(.post, "/_emulator/disputes/:id/close", Store.orderVerdict),
        .init(.post, "/_emulator/customers/:id/card", Store.orderCard),
    ]
}

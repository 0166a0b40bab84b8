import Core

struct Customer: Document, Equatable {
    static let kind = Kind.customer
    let id: String
    let created: Int64
    var email: String?
    var name: String?
    var phone: String?
    var description: String?
    var metadata: [String: String] = [:]
    /// What is owed, or less than zero, what the next invoices are paid with.
    var balance: Int64 = 0
    var defaultPaymentMethod: String?
    var testClock: String?
    var isDeleted = false

    var clock: String? { testClock }
}

extension Renderer {
    func json(_ customer: Customer) -> JSON {
        if customer.isDeleted { return ["id": .string(customer.id), "object": "customer", "deleted": true] }
        return [
            "id": .string(customer.id), "object": "customer", "created": .integer(customer.created), "livemode": false,
            "email": .of(customer.email), "name": .of(customer.name), "phone": .of(customer.phone),
            "description": .of(customer.description), "metadata": .of(customer.metadata),
            "balance": .integer(customer.balance), "currency": nil, "delinquent": false, "address": nil,
            "shipping": nil, "default_source": nil, "discount": nil,
            "invoice_settings": [
                "default_payment_method": .of(customer.defaultPaymentMethod), "custom_fields": nil, "footer": nil,
                "rendering_options": nil,
            ],
            "invoice_prefix": .string(String(customer.id.suffix(8)).uppercased()), "next_invoice_sequence": 1,
            "preferred_locales": [], "tax_exempt": "none", "test_clock": .of(customer.testClock),
        ]
    }
}

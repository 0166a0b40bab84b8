import Core
import Foundation
import SQL

/// Shows objects as one version of the API does. Each noun has its shape in its own folder.
struct Renderer {
    let transaction: Transaction
    let version: APIVersion
    /// Where browsers find the Stripe emulator, without a slash at the end.
    let baseURL: String

    func showing(_ version: APIVersion) -> Renderer {
        Renderer(transaction: transaction, version: version, baseURL: baseURL)
    }

    /// The object of that id as it is now. Returns nil if there is none.
    func json(of id: String) throws -> JSON? {
        guard let kind = try transaction.kind(of: id) else { return nil }
        switch kind {
        case .customer: return try find(id) { json($0 as Customer) }
        case .product: return try find(id) { json($0 as Product) }
        case .price: return try find(id) { json($0 as Price) }
        case .paymentMethod: return try find(id) { json($0 as PaymentMethod) }
        case .session: return try find(id) { json($0 as CheckoutSession) }
        case .portalSession: return try find(id) { json($0 as PortalSession) }
        case .portalConfiguration: return try find(id) { json($0 as PortalConfiguration) }
        case .subscription: return try find(id) { try json($0 as Subscription) }
        case .invoice: return try find(id) { try json($0 as Invoice) }
        case .invoicePayment: return try find(id) { json($0 as InvoicePayment) }
        case .paymentIntent: return try find(id) { json($0 as PaymentIntent) }
        case .charge: return try find(id) { json($0 as Charge) }
        case .refund: return try find(id) { json($0 as Refund) }
        case .dispute: return try find(id) { json($0 as Dispute) }
        case .event: return try find(id) { try json($0 as Event) }
        case .webhookEndpoint: return try find(id) { json($0 as WebhookEndpoint) }
        case .testClock: return try find(id) { json($0 as TestClock) }
        }
    }

    private func find<Object: Document>(_ id: String, _ show: (Object) throws -> JSON) throws -> JSON? {
        try transaction.object(id, as: Object.self).map(show)
    }

    /// An object as it was at the time of an event.
    func json(snapshot: String, of kind: Kind) throws -> JSON {
        let data = Data(snapshot.utf8)
        func read<Object: Document>(_ type: Object.Type) throws -> Object { try JSONDecoder().decode(type, from: data) }
        switch kind {
        case .customer: return try json(read(Customer.self))
        case .product: return try json(read(Product.self))
        case .price: return try json(read(Price.self))
        case .paymentMethod: return try json(read(PaymentMethod.self))
        case .session: return try json(read(CheckoutSession.self))
        case .portalSession: return try json(read(PortalSession.self))
        case .portalConfiguration: return try json(read(PortalConfiguration.self))
        case .subscription: return try json(read(Subscription.self))
        case .invoice: return try json(read(Invoice.self))
        case .invoicePayment: return try json(read(InvoicePayment.self))
        case .paymentIntent: return try json(read(PaymentIntent.self))
        case .charge: return try json(read(Charge.self))
        case .refund: return try json(read(Refund.self))
        case .dispute: return try json(read(Dispute.self))
        case .event: return try json(read(Event.self))
        case .webhookEndpoint: return try json(read(WebhookEndpoint.self))
        case .testClock: return try json(read(TestClock.self))
        }
    }
}

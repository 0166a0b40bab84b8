import Core
import Foundation
import SQL

/// Shows objects as one version of the API does. Each noun has its shape in its own folder.
struct StandInRenderer {
    let transaction: Transaction
    let version: StandInVersion
    /// Where browsers find the stand-in, without a slash at the end.
    let baseURL: String

    func showing(_ version: StandInVersion) -> StandInRenderer {
        StandInRenderer(transaction: transaction, version: version, baseURL: baseURL)
    }

    /// The object of that id as it is now. Nothing where there is none.
    func json(of id: String) throws -> JSON? {
        guard let kind = try transaction.kind(of: id) else { return nil }
        switch kind {
        case .customer: return try find(id) { json($0 as StandInCustomer) }
        case .product: return try find(id) { json($0 as StandInProduct) }
        case .price: return try find(id) { json($0 as StandInPrice) }
        case .paymentMethod: return try find(id) { json($0 as StandInPaymentMethod) }
        case .session: return try find(id) { json($0 as StandInSession) }
        case .portalSession: return try find(id) { json($0 as StandInPortalSession) }
        case .portalConfiguration: return try find(id) { json($0 as StandInPortalConfiguration) }
        case .subscription: return try find(id) { try json($0 as StandInSubscription) }
        case .invoice: return try find(id) { try json($0 as StandInInvoice) }
        case .invoicePayment: return try find(id) { json($0 as StandInInvoicePayment) }
        case .paymentIntent: return try find(id) { json($0 as StandInPaymentIntent) }
        case .charge: return try find(id) { json($0 as StandInCharge) }
        case .refund: return try find(id) { json($0 as StandInRefund) }
        case .dispute: return try find(id) { json($0 as StandInDispute) }
        case .event: return try find(id) { try json($0 as StandInEvent) }
        case .webhookEndpoint: return try find(id) { json($0 as StandInEndpoint) }
        case .testClock: return try find(id) { json($0 as StandInTestClock) }
        }
    }

    private func find<Object: StandInObject>(_ id: String, _ show: (Object) throws -> JSON) throws -> JSON? {
        try transaction.object(id, as: Object.self).map(show)
    }

    /// An object as it was when an event told of it.
    func json(snapshot: String, of kind: StandInKind) throws -> JSON {
        let data = Data(snapshot.utf8)
        func read<Object: StandInObject>(_ type: Object.Type) throws -> Object { try JSONDecoder().decode(type, from: data) }
        switch kind {
        case .customer: return try json(read(StandInCustomer.self))
        case .product: return try json(read(StandInProduct.self))
        case .price: return try json(read(StandInPrice.self))
        case .paymentMethod: return try json(read(StandInPaymentMethod.self))
        case .session: return try json(read(StandInSession.self))
        case .portalSession: return try json(read(StandInPortalSession.self))
        case .portalConfiguration: return try json(read(StandInPortalConfiguration.self))
        case .subscription: return try json(read(StandInSubscription.self))
        case .invoice: return try json(read(StandInInvoice.self))
        case .invoicePayment: return try json(read(StandInInvoicePayment.self))
        case .paymentIntent: return try json(read(StandInPaymentIntent.self))
        case .charge: return try json(read(StandInCharge.self))
        case .refund: return try json(read(StandInRefund.self))
        case .dispute: return try json(read(StandInDispute.self))
        case .event: return try json(read(StandInEvent.self))
        case .webhookEndpoint: return try json(read(StandInEndpoint.self))
        case .testClock: return try json(read(StandInTestClock.self))
        }
    }
}

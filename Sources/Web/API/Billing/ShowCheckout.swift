import Core
import Hummingbird

/// `GET /api/billing/checkout/{id}`: its state, for those who come back from the pay page.
struct ShowCheckout: Sendable {
    private let read: ReadCheckout?

    init(read: ReadCheckout?) {
        self.read = read
    }

    private struct Envelope: Encodable { let checkout: CheckoutBody }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        guard let read else { throw BillingError.off }
        guard let id = context.parameters.get("id").flatMap({ ID<Checkout>(checking: $0) }) else {
            throw BillingError.checkoutNotFound
        }
        return .json(Envelope(checkout: CheckoutBody(try await read(id, by: context.actor))))
    }
}

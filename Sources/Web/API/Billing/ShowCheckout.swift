package import Core
package import Hummingbird

/// `GET /api/billing/checkout/{id}`: what became of it, for whoever comes back from the pay page.
package struct ShowCheckout: Sendable {
    private let read: ReadCheckout?

    package init(read: ReadCheckout?) {
        self.read = read
    }

    private struct Answer: Encodable { let checkout: CheckoutBody }

    @Sendable package func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        guard let read else { throw BillingError.off }
        guard let id = context.parameters.get("id").flatMap({ ID<Checkout>(checking: $0) }) else { throw BillingError.checkoutNotFound }
        return .json(Answer(checkout: CheckoutBody(try await read(id, by: context.actor))))
    }
}

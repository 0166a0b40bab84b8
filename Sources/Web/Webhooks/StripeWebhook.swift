package import Core
import HTTPTypes
package import Hummingbird
import Logging

/// `POST /api/stripe/webhook`: Stripe tells of a payment. Whatever is signed is kept, and answered 200.
package struct StripeWebhook: Sendable {
    private static let bodyLimit = 1 << 20

    private let receive: ReceiveStripeEvent?

    package init(receive: ReceiveStripeEvent?) {
        self.receive = receive
    }

    private struct Answer: Encodable { let received = true }

    @Sendable package func handle(_ request: Request, _ context: AppContext) async throws -> Response {
        guard let receive else { throw BillingError.off }
        let body = try await request.bytes(limit: StripeWebhook.bodyLimit)
        do {
            try await receive(body, signature: request.headers[.stripeSignature])
        } catch let refusal as ReceiveStripeEvent.Refusal {
            context.logger.warning("webhook refused", metadata: ["reason": "\(refusal)", "provider": "stripe"])
            throw refusal
        }
        return .json(Answer())
    }
}

extension HTTPField.Name {
    fileprivate static let stripeSignature = HTTPField.Name(StripeSignature.header) ?? .authorization
}

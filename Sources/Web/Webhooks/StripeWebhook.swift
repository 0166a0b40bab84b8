import Core
import HTTPTypes
import Hummingbird
import Logging

/// `POST /api/stripe/webhook`: Stripe reports an event. Every event with a valid signature is stored, and the response
/// is 200.
struct StripeWebhook: Sendable {
    private static let bodyLimit = 1 << 20

    private let receive: ReceiveStripeEvent?

    init(receive: ReceiveStripeEvent?) {
        self.receive = receive
    }

    private struct Acknowledgment: Encodable { let received = true }

    @Sendable func handle(_ request: Request, _ context: AppContext) async throws -> Response {
        guard let receive else { throw BillingError.off }
        let body = try await request.bytes(limit: StripeWebhook.bodyLimit)
        do {
            try await receive(body, signature: request.headers[.stripeSignature])
        } catch let refusal as ReceiveStripeEvent.Refusal {
            context.logger.warning("webhook refused", metadata: ["reason": "\(refusal)", "provider": "stripe"])
            // The signature is the first thing to be right.
            if refusal == .malformed, let coding = request.contentCoding { throw APIError.contentCoding(coding) }
            throw refusal
        }
        return .json(Acknowledgment())
    }
}

extension HTTPField.Name {
    fileprivate static let stripeSignature = HTTPField.Name(StripeSignature.header) ?? .authorization
}

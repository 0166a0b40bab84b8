package import Core
import HTTPTypes
package import Hummingbird

/// `POST /api/billing/checkout`: a pay page for a pack or a plan; where the account has a plan already, it is changed.
package struct CreateCheckout: Sendable {
    private let start: StartCheckout?

    package init(start: StartCheckout?) {
        self.start = start
    }

    private struct Answer: Encodable { let checkout: CheckoutBody }

    @Sendable package func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        guard let start else { throw BillingError.off }
        let bytes = try await request.bytes(limit: 64 << 10)
        let body = try ObjectBody(JSON(body: bytes), ["pack", "plan", "successUrl", "cancelUrl"])
        let wish = StartCheckout.Request(
            item: try item(body), successURL: try body.text("successUrl"), cancelURL: try body.text("cancelUrl"))
        let idempotency = try request.idempotency(route: "billing/checkout", body: bytes)
        let (checkout, isNew) = try await start(wish, by: context.actor, idempotency: idempotency)
        var response = Response.json(Answer(checkout: CheckoutBody(checkout)), status: .created)
        if !isNew { response.headers[.idempotentReplayed] = "true" }
        return response
    }

    private func item(_ body: ObjectBody) throws(APIError) -> Item {
        switch (try body.text("pack"), try body.text("plan")) {
        case (let pack?, nil): return .pack(pack)
        case (nil, let plan?): return .plan(plan)
        default:
            throw APIError(.unprocessableContent, "missing_parameter", "Name one of 'pack' and 'plan'; GET /api/billing/packs lists them.", field: "pack")
        }
    }
}

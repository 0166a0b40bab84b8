import Core
import HTTPTypes
import Hummingbird

/// `POST /api/billing/checkout`: a pay page for a pack or a plan; if the account has a plan already, it is changed.
struct CreateCheckout: Sendable {
    private let start: StartCheckout?

    init(start: StartCheckout?) {
        self.start = start
    }

    private struct Envelope: Encodable { let checkout: CheckoutBody }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        guard let start else { throw BillingError.off }
        let bytes = try await request.bytes(limit: Request.bodyLimit)
        let json = try JSON(body: bytes)
        let body = try ObjectBody(json, ["pack", "plan", "successUrl", "cancelUrl"])
        let wanted = StartCheckout.Request(
            item: try item(body), successURL: try body.text("successUrl"), cancelURL: try body.text("cancelUrl"))
        let idempotency = try request.idempotency(route: "billing/checkout", body: json, bytes: bytes)
        let (checkout, isNew) = try await start(wanted, by: context.actor, idempotency: idempotency)
        var response = Response.json(
            Envelope(checkout: CheckoutBody(checkout)), status: .created,
            location: "/api/billing/checkout/\(checkout.id)")
        if !isNew { response.headers[.idempotentReplayed] = "true" }
        return response
    }

    private func item(_ body: ObjectBody) throws(APIError) -> Item {
        switch (try body.text("pack"), try body.text("plan")) {
        case (let pack?, nil): return .pack(pack)
        case (nil, let plan?): return .plan(plan)
        default:
            throw APIError(
                .unprocessableContent, "missing_parameter",
                "Set either 'pack' or 'plan'. GET /api/billing/packs lists both.", field: "pack")
        }
    }
}

import Core
import Hummingbird

/// `POST /api/billing/portal`: a page of Stripe's about the account's cards and bills, and to end its plan.
struct CreatePortal: Sendable {
    private let open: OpenPortal?

    init(open: OpenPortal?) {
        self.open = open
    }

    private struct PortalBody: Encodable { let url: String }

    @Sendable func handle(_ request: Request, _ context: AccountContext) async throws -> Response {
        guard let open else { throw BillingError.off }
        let bytes = try await request.bytes(limit: Request.bodyLimit)
        let body = try ObjectBody(bytes.isEmpty ? [:] : JSON(body: bytes), ["returnUrl"])
        return .json(PortalBody(url: try await open(returnURL: try body.text("returnUrl"), by: context.actor)))
    }
}

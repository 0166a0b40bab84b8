import Core
import Hummingbird

/// `POST|GET|DELETE /api/assets/{id}/share`: shows an output to everybody who has the link, or changes how; returns the
/// share; ends it. A body has all choices, and without one nothing is shown but the picture. The same request has the
/// same effect however often it is sent, so an `Idempotency-Key` is ignored.
struct ShareAsset: Sendable {
    let shares: Shares
    let time: Time

    @Sendable func share(_ request: Request, _ context: AccountContext) async throws -> Response {
        let id = try context.assetID()
        let (share, isNew) = try await shares.share(id, by: context.actor, choices(of: request))
        let body = ShareBody(share, shares.links)
        return isNew ? .json(body, status: .created, location: "/api/assets/\(id)/share") : .json(body)
    }

    @Sendable func show(_ request: Request, _ context: AccountContext) async throws -> Response {
        .json(ShareBody(try await shares.find(context.assetID(), of: context.account), shares.links))
    }

    @Sendable func end(_ request: Request, _ context: AccountContext) async throws -> Response {
        try await shares.end(context.assetID(), of: context.account)
        return Response(status: .noContent)
    }

    private func choices(of request: Request) async throws -> ShareChoices {
        let bytes = try await request.bytes(limit: Request.bodyLimit)
        guard !bytes.isEmpty else { return ShareChoices() }
        let body = try ObjectBody(JSON(body: bytes), ["prompt", "index", "expiresAt", "expiresInDays"])
        return ShareChoices(
            showsPrompt: try body.flag("prompt") ?? false, isIndexed: try body.flag("index") ?? false,
            expiresAt: try expiry(in: body))
    }

    private func expiry(in body: ObjectBody) throws(APIError) -> Instant? {
        let (text, days) = (try body.text("expiresAt"), try body.integer("expiresInDays"))
        if text != nil, days != nil {
            throw .invalidParameter("expiresInDays", "Send 'expiresAt' or 'expiresInDays', not both.")
        }
        if let days {
            guard (1...Shares.mostDays).contains(days) else {
                throw .invalidParameter("expiresInDays", "'expiresInDays' must be from 1 to \(Shares.mostDays).")
            }
            return time.now() + .seconds(days * 86_400)
        }
        guard let text else { return nil }
        guard let instant = Instant(text: text) else {
            throw .invalidParameter("expiresAt", "'expiresAt' must be a time such as 2026-11-21T05:03:49Z.")
        }
        return instant
    }
}

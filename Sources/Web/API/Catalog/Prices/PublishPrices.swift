package import Core
package import Hummingbird
package import SQL

/// `POST /api/admin/price-drafts/{id}/preview` says what a draft would change, `…/publish` puts it in force.
package struct PublishPrices: Sendable {
    private let drafts: PriceDrafts
    private let preview: PreviewPrices
    private let database: Database

    package init(drafts: PriceDrafts, preview: PreviewPrices, database: Database) {
        self.drafts = drafts
        self.preview = preview
        self.database = database
    }

    @Sendable package func preview(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try context.priceDraft()
        guard let draft = try await database.read({ try $0.priceDraft(id) }) else { throw PriceDraftError.notFound }
        return .json(PricePreviewBody(try await preview(draft.document)))
    }

    /// A second time there is no such draft: an `Idempotency-Key` is not needed, and not kept.
    @Sendable package func publish(_ request: Request, _ context: AdminContext) async throws -> Response {
        let id = try context.priceDraft()
        let body = try ObjectBody(await request.json(), ["revision"])
        let version = try await drafts.publish(id, at: try body.integer("revision"), by: context.administrator)
        return .json(PriceVersionBody(version, isCurrent: true, withDocument: true), status: .created)
    }
}
